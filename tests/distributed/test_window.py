"""The window behind the balancer, in Chromium."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.distributed.adding import Adding, small_article, word_of
from tests.distributed.cluster import Cluster
from tests.servers import RunningServer

pytestmark = pytest.mark.timeout(300)
QUESTION = "Which number was counted by {}?"


def test_a_window_goes_on_where_its_server_dies_in_mid_answer(cluster: Cluster, browser: Browser) -> None:
    articles = [small_article(number, "window") for number in range(20)]
    Adding(cluster, articles, "default").run(lambda _: None)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{cluster.balancer.port}/")
    box = page.locator("#box textarea")
    box.fill(QUESTION.format(word_of(4, "window")))
    box.press("Enter")
    expect(page.locator("#current .mark").first).to_be_visible(timeout=30_000)
    own = _server_of(page.context.cookies(), cluster)
    box.fill(QUESTION.format(word_of(5, "window")))
    own._send(signal.SIGSTOP)  # so that the answer is certainly not there when it dies
    box.press("Enter")
    page.wait_for_timeout(500)
    own.kill()
    page.wait_for_timeout(6_000)  # the balancer has noticed
    page.reload()
    expect(page.locator("#talk")).to_contain_text("Number 4 of the station was counted", timeout=30_000)
    box.fill(QUESTION.format(word_of(6, "window")))
    box.press("Enter")
    expect(page.locator("#talk")).to_contain_text("Number 6 of the quarry was counted", timeout=30_000)
    expect(page.locator("#current .mark").first).to_be_visible(timeout=30_000)
    page.close()


def _server_of(cookies: Sequence[Mapping[str, Any]], cluster: Cluster) -> RunningServer:
    """The server to which the balancer's cookie leads."""
    [cookie] = [one["value"] for one in cookies if one["name"] == "QUOTH_SERVER"]
    with cluster.client() as client:
        client.cookies.set("QUOTH_SERVER", cookie)
        started = _started(client)
    for server in (cluster.a, cluster.b):
        with cluster.client(server) as client:
            if _started(client) == started:
                return server
    raise AssertionError(cookie)


def _started(client: httpx.Client) -> str:
    """When the process that answers was started, which tells it from others."""
    [line] = re.findall(r"^process_start_time_seconds .*$", client.get("/metrics").text, re.M)
    return str(line)

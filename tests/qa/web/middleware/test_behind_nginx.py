"""The whole server at a path of a site, behind nginx with the configuration in deploy/."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from qa.client import Quoth
from qa.web.auth.api_keys import ApiKeyFile
from tests.conftest import MODELS
from tests.serving import serving

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
DOCUMENTED = Path(__file__).parents[4] / "deploy" / "nginx.conf"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: nginx-light)"),
]
ARTICLE = {"id": "tide/1", "title": "Tides", "text": "High tide in Collmouth was at 18:40 on Friday."}
QUESTION = "When was high tide in Collmouth?"
# Another proxy of the same server removes its path, and tells it in a header.
STRIPPING = """
location /stripped/ {{
    proxy_pass {url}/;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Prefix /stripped;
    proxy_buffering off;
}}
"""
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""


@dataclass(frozen=True)
class Site:
    url: str
    key: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path) -> Iterator[Site]:
    """A site whose nginx has the server at /quoth and at /stripped; its key is an editor's."""
    home, folder = tmp_path_factory.mktemp("behind"), tmp_path_factory.mktemp("nginx")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    shutil.copytree(seeded_folder / "collections", home / "collections")
    key = ApiKeyFile(home).add("desk", "editor")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(home, "--root-path", "/quoth", env={"QUOTH_PROXIES": "127.0.0.1"}) as server:
        documented = DOCUMENTED.read_text().replace("http://127.0.0.1:7860", server.url)
        assert server.url in documented
        locations = documented + STRIPPING.format(url=server.url)
        configuration = folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port, locations=locations))
        command = [str(NGINX), "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as nginx:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait_for(url, nginx)
                yield Site(url, key)
            finally:
                nginx.terminate()


def _wait_for(url: str, nginx: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while nginx.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/quoth/healthz", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx does not answer")


@pytest.fixture(params=["/quoth", "/stripped"])
def path(request: pytest.FixtureRequest) -> str:
    given: str = request.param
    return given


@pytest.fixture
def web(site: Site, path: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {site.key}"}
    with httpx.Client(base_url=site.url + path, headers=headers, trust_env=False, timeout=60) as client:
        client.post("/api/articles", params={"collection": "tides"}, json=ARTICLE).raise_for_status()
        yield client


def test_api_and_its_addresses(web: httpx.Client, site: Site, path: str) -> None:
    asked = {"question": QUESTION, "collection": "tides"}
    assert web.post("/api/ask", json=asked).json()["status"] == "answered"
    with web.stream("POST", "/api/ask/stream", json=asked) as response:
        names = [line.removeprefix("event: ") for line in response.iter_lines() if line.startswith("event: ")]
    assert names == ["evidence", "token", "answer"]
    job = web.post("/api/articles?wait=false&collection=tides", json=ARTICLE)
    assert job.headers["location"].startswith(f"{path}/api/jobs/")
    assert web.get(urljoin(site.url, job.headers["location"])).status_code == 200
    pages = web.get("/api/articles?limit=1")
    assert pages.headers["link"].startswith(f"<{path}/api/articles?")
    assert web.get(f"/api/articles/{quote('tide/1', safe='')}?collection=tides").status_code == 200
    missing = web.get("/api/articles/nothing")
    assert missing.headers["content-type"] == "application/problem+json" and missing.status_code == 404
    assert web.put("/api/articles").headers["allow"] == "DELETE, GET, POST"


def test_citations_of_openai_clients_lead_to_the_site(web: httpx.Client, site: Site, path: str) -> None:
    messages = [{"role": "user", "content": QUESTION}]
    completion = web.post("/v1/chat/completions", json={"model": "tides", "messages": messages}).json()
    [annotation, *_] = completion["choices"][0]["message"]["annotations"]
    address = annotation["url_citation"]["url"]
    assert address.startswith(f"{site.url}{path}/api/articles/")
    assert web.get(address).json()["id"] == "tide/1"
    refused = web.post("/v1/chat/completions", json={"model": "tides", "messages": []})
    assert refused.status_code == 400 and "error" in refused.json()


def test_documentation_and_tools(web: httpx.Client, path: str) -> None:
    page = web.get("/docs")
    urls = re.findall(r'(?:src|href)="([^"]+)"', page.text) + re.findall(r"url: '([^']+)'", page.text)
    assert len(urls) == 4
    for url in urls:
        found = web.get(urljoin(str(page.url), url))
        assert found.status_code == 200 and found.url.path.startswith(path), url
    assert web.get("/openapi.json").json()["servers"] == [{"url": path}]
    params = {"name": "search", "arguments": {"query": "tide", "collection": "tides"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    assert "18:40" in web.post("/mcp", json=call, headers=headers).text


def test_window_and_its_streams(web: httpx.Client, site: Site, path: str) -> None:
    page = web.get("/", follow_redirects=True)
    assert page.url.path == f"{path}/en/"
    for url in re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', page.text):
        found = web.get(urljoin(str(page.url), url))
        assert found.url.path.startswith(f"{path}/") and found.status_code == 200, url
    assert "manifest.json" in page.text
    config = web.get("/en/config").json()
    assert config["root"] == f"{site.url}{path}/en"
    for event in config["dependencies"]:
        if any(trigger == "load" for _, trigger in event["targets"]):
            sent = {"data": [None] * len(event["inputs"]), "fn_index": event["id"], "session_hash": "s"}
            assert web.post("/en/gradio_api/queue/join", json=sent).status_code == 200
    assert "Northshore Wire" in web.get("/en/gradio_api/queue/data?session_hash=s").text
    added = web.post(
        "/library/articles?collection=tides", files={"files": ("a.txt", b"Low tide was at noon.")}
    )
    assert '"how"' in added.text


def test_signing_in_and_out(site: Site, path: str) -> None:
    with httpx.Client(base_url=site.url + path, trust_env=False, timeout=60) as browser:
        html = {"accept": "text/html"}
        sent = browser.get("/", headers=html)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{path}/signin")
        origin = {"origin": site.url}
        assert f'action="{path}/signin"' in browser.get("/signin").text
        done = browser.post("/signin", data={"key": site.key}, headers=origin)
        assert (done.status_code, done.headers["location"]) == (303, f"{path}/")
        assert f"path={path};" in done.headers["set-cookie"].lower() + ";"
        assert browser.get("/en/config").status_code == 200
        assert f'href="{path}/"' in browser.get("/signin").text
        out = browser.post("/signout", headers=origin)
        assert out.headers["location"] == f"{path}/signin"
        assert browser.get("/en/config").status_code == 401


def test_python_client(site: Site, path: str) -> None:
    with Quoth(site.url + path, key=site.key) as quoth:
        assert quoth.ask("Which club did Ilario Castellane leave?").citations


def test_person_asks_in_a_browser(site: Site, path: str, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{site.url}{path}/")
    page.get_by_label("Your key").fill(site.key)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#box textarea").fill("Why is Lukashenko under pressure?")
    page.locator("#box textarea").press("Enter")
    page.locator("#current .mark").first.click(timeout=30_000)
    expect(page.get_by_role("dialog").locator("mark").first).to_contain_text("Lukashenko")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Your key").wait_for()
    page.close()
    assert [one for one in asked if not one.startswith(path)] == []

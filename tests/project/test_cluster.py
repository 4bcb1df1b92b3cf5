"""The files in deploy/cluster/ refer only to files, commands and settings that exist, and to each other.
No image is built and no cluster is started; haproxy reads its file where it is installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.paths import ROOT
from tests.project.test_deploy import SHUTDOWN_SECONDS, check_command, check_variables

CLUSTER = ROOT / "deploy/cluster"
COMPOSED = yaml.safe_load((CLUSTER / "compose.yaml").read_text())
KUSTOMIZATION = yaml.safe_load((CLUSTER / "kustomization.yaml").read_text())
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
RESOURCES = [
    resource
    for name in KUSTOMIZATION["resources"]
    for resource in yaml.safe_load_all((CLUSTER / name).read_text())
]


def of_kind(*kinds: str) -> Iterator[dict[str, Any]]:
    return (resource for resource in RESOURCES if resource["kind"] in kinds)


def test_composed_services_start_what_exists() -> None:
    services = COMPOSED["services"]
    for name in ("server", "worker"):
        service = services[name]
        check_command(service["command"])
        check_variables(list(service["environment"]))
        assert int(service["stop_grace_period"].removesuffix("s")) >= SHUTDOWN_SECONDS
        assert (CLUSTER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert service["deploy"]["replicas"] == 2
    text = (CLUSTER / "compose.yaml").read_text()
    assert {name.partition(":")[0] for one in services.values() for name in one.get("volumes", ())} == {
        *COMPOSED["volumes"],
        "./haproxy.cfg",
    }
    hosts = re.findall(r"(?:@|http://|SERVERS: )(\w+)[:/]\S", text)
    assert {"postgres", "chroma", "server", "vllm"} <= set(hosts) <= {*services, "127"}
    check_variables(re.findall(r"\b(QUOTH_\w+)[=:]", text))


def test_only_the_balancer_publishes_a_port() -> None:
    published = {name: one["ports"] for name, one in COMPOSED["services"].items() if "ports" in one}
    assert list(published) == ["balancer"]
    assert all(port.startswith("127.0.0.1:") for port in published["balancer"])


def test_manifests_start_what_exists_and_let_it_shut_down() -> None:
    [generated] = [one for one in KUSTOMIZATION["configMapGenerator"] if one["name"] == "quoth"]
    check_variables([literal.partition("=")[0] for literal in generated["literals"]])
    started = []
    for workload in of_kind("Deployment", "StatefulSet"):
        pod = workload["spec"]["template"]["spec"]
        [container] = pod["containers"]
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels(workload).items()
        assert "startupProbe" in container or "livenessProbe" in container, workload["metadata"]
        volumes = {volume["name"] for volume in pod.get("volumes", ())}
        volumes |= {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", ())}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        if container["image"] == "quoth":
            started.append(container["args"][0])
            check_command(container["args"])
            assert pod["terminationGracePeriodSeconds"] >= SHUTDOWN_SECONDS
            assert container["securityContext"]["readOnlyRootFilesystem"]
    assert started == ["serve", "work"]


def labels(workload: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def test_manifests_refer_to_each_other() -> None:
    names = {(one["kind"], one["metadata"]["name"]) for one in RESOURCES}
    assert len(names) == len(RESOURCES)
    for scaler in of_kind("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) in names
        assert scaler["spec"]["minReplicas"] <= scaler["spec"]["maxReplicas"]
    pods = [labels(workload) for workload in of_kind("Deployment", "StatefulSet")]
    for service in of_kind("Service"):
        assert any(service["spec"]["selector"].items() <= pod.items() for pod in pods), service["metadata"]
    for policy in of_kind("NetworkPolicy"):
        for selector in (
            policy["spec"]["podSelector"],
            policy["spec"]["ingress"][0]["from"][0]["podSelector"],
        ):
            assert any(selector["matchLabels"].items() <= pod.items() for pod in pods)
    generated = {one["name"] for one in KUSTOMIZATION["configMapGenerator"]}
    for workload in of_kind("Deployment"):
        pod = workload["spec"]["template"]["spec"]
        used = {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
        used |= {
            source["configMapRef"]["name"]
            for source in pod["containers"][0].get("envFrom", ())
            if "configMapRef" in source
        }
        assert used <= generated
    scaled = {one["metadata"]["name"] for one in of_kind("HorizontalPodAutoscaler")}
    assert scaled == {"server", "worker"}


def test_chroma_is_never_scaled() -> None:
    [chroma] = [one for one in of_kind("StatefulSet") if one["metadata"]["name"] == "chroma"]
    assert chroma["spec"]["replicas"] == 1


@pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")
@pytest.mark.parametrize(
    "named", [{"SERVER_A": "127.0.0.1:7861", "SERVER_B": "127.0.0.1:7862"}, {"SERVERS": "localhost:7860"}]
)
def test_haproxy_accepts_its_file(named: dict[str, str]) -> None:
    command = [str(HAPROXY), "-c", "-f", str(CLUSTER / "haproxy.cfg")]
    checked = subprocess.run(command, env=named, capture_output=True, text=True)
    assert checked.returncode == 0 and "WARNING" not in checked.stderr, checked.stderr

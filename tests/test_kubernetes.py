"""The manifests of infra/kubernetes, put together as kustomize does and held to Kubernetes' own schemas."""

import re
import warnings
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.test_documents import ROOT

FOLDER = ROOT / "infra" / "kubernetes"
OVERLAYS = ("base", "small", "gpu", "jobs")
VERSION = "1.33"
SECRETS = (
    "mlflow-database mlflow-auth.ini mlflow-admin mlflow-loop mlflow-session prefect-database prefect-auth storage"
)
OTHERS = {"DO_NOT_TRACK", "AWS_SHARED_CREDENTIALS_FILE", "AWS_DEFAULT_REGION"}
SECURITY = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def merged(old, new):
    """Kubernetes' strategic merge, as far as our patches go: named things merge by name, null removes."""
    if isinstance(old, dict) and isinstance(new, dict):
        assert {key for key, value in new.items() if value is None} <= old.keys()
        changed = {key: merged(old[key], value) if key in old else value for key, value in new.items()}
        return {key: value for key, value in {**old, **changed}.items() if value is not None}
    if isinstance(old, list) and all(isinstance(each, dict) and "name" in each for each in [*old, *(new or [{}])]):
        patches = {each["name"]: each for each in new}
        known = [merged(each, patches.pop(each["name"], {})) for each in old]
        return [*known, *patches.values()]
    return new


def build(folder: Path):
    (kustomization,) = yaml.safe_load_all((folder / "kustomization.yaml").read_text())
    assert kustomization.keys() <= {"apiVersion", "kind", "namespace", "resources", "patches", "configMapGenerator"}
    found = []
    for name in kustomization["resources"]:
        path = (folder / name).resolve()
        found += build(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))
    for patch in kustomization.get("patches", []):
        change = yaml.safe_load((folder / patch["path"]).read_text())
        (at,) = [n for n, each in enumerate(found) if key_of(each) == key_of(change)]
        found[at] = merged(found[at], change)
    for each in kustomization.get("configMapGenerator", []):
        assert each["options"] == {"disableNameSuffixHash": True}
        data = {name: (folder / name).read_text() for name in each["files"]}
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": each["name"]}, "data": data})
    return found


def key_of(each):
    return each["kind"], each["metadata"]["name"]


@cache
def objects(overlay):
    return build(FOLDER / overlay)


def pods(overlay):
    for each in objects(overlay):
        spec = each.get("spec", {})
        spec = spec["jobTemplate"]["spec"] if each["kind"] == "CronJob" else spec
        if "template" in spec:
            yield each, spec["template"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_what_kubernetes_takes(overlay):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed").validate
    for each in objects(overlay):
        validate(each, VERSION, strict=True)
    keys = [key_of(each) for each in objects(overlay)]
    assert len(set(keys)) == len(keys) > 20


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_keeps_to_the_restricted_standard_and_says_what_it_takes(overlay):
    for _, template in pods(overlay):
        spec, (container,) = template["spec"], template["spec"]["containers"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] == (spec.get("serviceAccountName") == "worker")
        assert container["securityContext"] == SECURITY
        assert container["resources"]["requests"].keys() == container["resources"]["limits"].keys() >= {"cpu", "memory"}
        assert re.search(r":\d+\.\d+\.\d+$", container["image"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_named_is_there(overlay):
    names = {key_of(each) for each in objects(overlay)}
    labels = [template["metadata"]["labels"] for _, template in pods(overlay)]
    for each in objects(overlay):
        spec = each.get("spec", {})
        if each["kind"] == "HorizontalPodAutoscaler":
            assert ("Deployment", spec["scaleTargetRef"]["name"]) in names
        if each["kind"] in ("Deployment", "PodDisruptionBudget"):
            assert spec["selector"]["matchLabels"] in labels
        if each["kind"] == "Service":
            assert spec["selector"] in labels
    for _, template in pods(overlay):
        volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
        assert {mount["name"] for mount in template["spec"]["containers"][0]["volumeMounts"]} == volumes.keys()
        claims = [v["persistentVolumeClaim"]["claimName"] for v in volumes.values() if "persistentVolumeClaim" in v]
        assert {("PersistentVolumeClaim", claim) for claim in claims} <= names


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_server_is_asked_how_it_is(overlay):
    for each, template in pods(overlay):
        if each["kind"] == "Deployment":
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= template["spec"]["containers"][0].keys()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_variable_is_one_that_somebody_reads(overlay):
    ours = set(re.findall(r"ECOMINTENT_\w+", (ROOT / "infra" / "env.example").read_text()))
    text = yaml.safe_dump(list(objects(overlay)))
    told = {value["name"] for _, t in pods(overlay) for value in t["spec"]["containers"][0]["env"]}
    told |= {name for each in objects(overlay) if key_of(each) == ("ConfigMap", "ecomintent") for name in each["data"]}

    assert {name for name in told if name.startswith("ECOMINTENT_")} <= ours
    prefect = pytest.importorskip("prefect.settings").Settings
    known = str(prefect.model_json_schema())
    told = {name for name in told if not name.startswith("PREFECT_INTEGRATIONS_KUBERNETES_")}  # test_kubernetes_jobs.py
    assert {name for name in told if name.startswith("PREFECT_") and name not in known} == set()
    assert {n for n in told if not n.startswith(("ECOMINTENT_", "PREFECT_", "MLFLOW_"))} <= OTHERS
    assert not any(each["kind"] == "Secret" for each in objects(overlay))
    files = set(re.findall(r"/run/secrets/([\w.-]+)", text))
    assert files == {*SECRETS.split(), "database-url"}


def test_only_the_gpu_overlay_asks_for_one():
    limits = {o: [t["spec"]["containers"][0]["resources"]["limits"] for _, t in pods(o)] for o in OVERLAYS}

    assert {o: sum("nvidia.com/gpu" in each for each in limits[o]) for o in OVERLAYS} == {
        "base": 0,
        "small": 0,
        "gpu": 1,
        "jobs": 0,
    }


def test_nothing_is_reached_that_no_policy_names():
    policies = {each["metadata"]["name"]: each["spec"] for each in objects("base") if each["kind"] == "NetworkPolicy"}

    assert policies["deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in ("api", "mlflow", "prefect"):
        assert policies[name]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": name}

"""infra/kubernetes/jobs: flow runs as Kubernetes Jobs. Each is looked at as Prefect's worker sends it to Kubernetes."""

import asyncio
import json
import re
import warnings
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
import yaml

from tests.test_documents import ROOT
from tests.test_kubernetes import FOLDER, OTHERS, SECRETS, SECURITY, VERSION, key_of, objects, pods

POOLS = ("cpu", "gpu")
PASSWORD = "admin:hush"
FLOW = UUID(int=1)
VERBS = {
    "create_namespaced_job": ("batch", "jobs", "create"),
    "delete_namespaced_job": ("batch", "jobs", "delete"),
    "read_namespaced_job": ("batch", "jobs", "get"),
    "list_namespaced_job": ("batch", "jobs", "list"),
    "list_namespaced_pod": ("", "pods", "list"),
    "read_namespaced_pod_log": ("", "pods/log", "get"),
}
WATCHED = {("batch", "jobs", "list"), ("batch", "jobs", "watch"), ("", "pods", "list"), ("", "pods", "watch")}
"""What its observer, an operator made with kopf, keeps open."""


def template(pool):
    return json.loads((FOLDER / "jobs" / f"{pool}.json").read_text())


@cache
def written(pool):
    return template(pool)["job_configuration"]["job_manifest"]


@cache
def sent(pool):
    """The Job of a run of the deployment `retrain`, made with the settings that the pool's worker has."""
    worker = pytest.importorskip("prefect_kubernetes", reason="prefect-kubernetes is not installed").KubernetesWorker
    from kubernetes_asyncio.client import BatchV1Api
    from prefect.client.schemas.objects import Flow, FlowRun
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    bodies = []

    async def create(_, namespace, body):
        bodies.append((namespace, body))

    async def run():
        asked = {"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}}
        job = await worker.job_configuration.from_template_and_values(template(pool), asked, client=SimpleNamespace())
        run, flow = FlowRun(flow_id=FLOW, name="able-owl"), Flow(id=FLOW, name="retrain", labels={})
        job.prepare_for_flow_run(run, flow=flow, worker_name=pool)
        await worker(work_pool_name=pool)._create_job(job, SimpleNamespace())

    with pytest.MonkeyPatch.context() as patch:
        for name, value in integration(pool).items():
            patch.setenv(name, value)
        patch.setattr(BatchV1Api, "create_namespaced_job", create)
        with temporary_settings({PREFECT_API_URL: "http://prefect:4200/api", PREFECT_API_AUTH_STRING: PASSWORD}):
            asyncio.run(run())
    ((namespace, body),) = bodies
    assert namespace == body["metadata"]["namespace"] == "ecomintent"
    return body


def integration(pool):
    """What the pool's worker is told about Kubernetes."""
    (worker,) = [t for each, t in pods("jobs") if key_of(each) == ("Deployment", f"worker-{pool}")]
    told = {each["name"]: each["value"] for each in worker["spec"]["containers"][0]["env"]}
    return {name: value for name, value in told.items() if name.startswith("PREFECT_INTEGRATIONS_KUBERNETES_")}


def parts(job):
    spec = job["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    return spec, container


@pytest.fixture(params=[written, sent], ids=["written", "sent"])
def job_of(request):
    return request.param


@pytest.mark.parametrize("pool", POOLS)
def test_the_job_of_a_run_is_what_kubernetes_takes(pool, job_of):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed").validate
    job = json.loads(json.dumps(job_of(pool)))
    pod = job["spec"]["template"]["spec"]
    # Prefect asks for these two in the pod, where Kubernetes does not know them and leaves them out.
    assert pod.pop("parallelism") == pod.pop("completions") == 1

    validate(job, VERSION, strict=True)
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["ttlSecondsAfterFinished"] > 0


@pytest.mark.parametrize("pool", POOLS)
def test_the_pod_of_a_run_keeps_to_the_restricted_standard_and_says_what_it_takes(pool, job_of):
    (server,) = [t["spec"] for each, t in pods("base") if key_of(each) == ("Deployment", "worker-cpu")]
    spec, container = parts(job_of(pool))

    assert spec["securityContext"] == server["securityContext"]
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == SECURITY
    assert container["image"] == server["containers"][0]["image"]
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert container["resources"]["limits"].keys() >= {"cpu", "memory"}


def test_a_run_on_the_gpu_differs_by_the_card_and_by_the_home_it_works_in():
    jobs = {pool: json.loads(json.dumps(written(pool))) for pool in POOLS}
    (cpu, cpu_container), (gpu, gpu_container) = (parts(jobs[pool]) for pool in POOLS)

    assert "nvidia.com/gpu" not in str(cpu_container["resources"])
    assert gpu_container.pop("resources")["limits"]["nvidia.com/gpu"] == 1
    (server,) = [t["spec"] for each, t in pods("gpu") if key_of(each) == ("Deployment", "worker-gpu")]
    assert [gpu.pop(key) for key in ("nodeSelector", "tolerations")] == [server["nodeSelector"], server["tolerations"]]
    claims = [v.pop("persistentVolumeClaim")["claimName"] for s in (cpu, gpu) for v in s["volumes"][2:]]
    assert claims == ["home", "trainer", "home"]
    assert gpu_container["volumeMounts"].pop() == {
        "name": gpu["volumes"].pop()["name"],
        "mountPath": "/srv/runs.git",
        "subPath": "runs.git",
        "readOnly": True,
    }
    del cpu_container["resources"]
    env = [{each["name"]: each["value"] for each in c.pop("env")} for c in (cpu_container, gpu_container)]
    assert env[0].pop("ECOMINTENT_GPU_POOL") == "gpu"
    assert env[1].pop("ECOMINTENT_RUNS_REMOTE") == "/srv/runs.git"
    assert env[0] == env[1]
    assert cpu == gpu


@pytest.mark.parametrize("pool", POOLS)
def test_what_a_run_names_is_there(pool, job_of):
    job = job_of(pool)
    spec, container = parts(job)
    names = {key_of(each) for each in objects("jobs")}
    ours = set(re.findall(r"ECOMINTENT_\w+", (ROOT / "infra" / "env.example").read_text()))

    volumes = {each["name"]: each for each in spec["volumes"]}
    assert {each["name"] for each in container["volumeMounts"]} == volumes.keys()
    claims = [v["persistentVolumeClaim"]["claimName"] for v in volumes.values() if "persistentVolumeClaim" in v]
    assert {("PersistentVolumeClaim", claim) for claim in claims} <= names
    assert ("ConfigMap", container["envFrom"][0]["configMapRef"]["name"]) in names
    told = {each["name"] for each in container["env"]}
    assert {name for name in told if not name.startswith("PREFECT_")} <= ours | OTHERS
    assert set(re.findall(r"/run/secrets/([\w.-]+)", json.dumps(job))) <= {*SECRETS.split(), "database-url"}
    assert job["metadata"]["labels"]["ecomintent.io/pool"] == pool
    assert job["spec"]["template"]["metadata"]["labels"]["ecomintent.io/pool"] == pool


@pytest.mark.parametrize("pool", POOLS)
def test_who_starts_a_run_chooses_neither_image_nor_command(pool):
    schemas = pytest.importorskip("prefect.utilities.schema_tools", reason="prefect is not installed")
    variables = template(pool)["variables"]
    ours = yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text())["definitions"][pool]["job_variables"]

    schemas.validate(ours, variables, raise_on_error=True, preprocess=False)
    for name in ("image", "command", "job_manifest"):
        with pytest.raises(schemas.ValidationError, match=name):
            schemas.validate({name: "theirs"}, variables, raise_on_error=True, preprocess=False)
    assert variables["properties"].keys() == {"env"}
    assert set(re.findall(r"{{ (\w+) }}", json.dumps(template(pool)))) == {"env"}


@pytest.mark.parametrize("pool", POOLS)
def test_a_run_whose_pod_is_evicted_is_given_back_to_prefect(pool):
    _, container = parts(sent(pool))

    assert {"name": "PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR", "value": "reschedule"} in container["env"]


@pytest.mark.parametrize("pool", POOLS)
def test_the_password_of_prefect_is_in_no_job(pool):
    _, container = parts(sent(pool))

    assert PASSWORD not in json.dumps(sent(pool))
    (told,) = [each for each in container["env"] if each["name"] == "PREFECT_API_AUTH_STRING"]
    assert told["valueFrom"]["secretKeyRef"] == {"name": "ecomintent", "key": "prefect-auth"}
    assert "prefect-auth" in SECRETS.split()
    words = [*container["command"], *container["args"]]
    assert words == [
        *("infra/with-secrets", "PREFECT_API_AUTH_STRING=/run/secrets/prefect-auth", "--"),
        *("prefect", "flow-run", "execute"),
    ]


@pytest.mark.parametrize("pool", POOLS)
def test_a_worker_makes_jobs_in_its_own_namespace_alone(pool, monkeypatch):
    (worker,) = [t["spec"] for each, t in pods("jobs") if key_of(each) == ("Deployment", f"worker-{pool}")]
    assert worker["containers"][0]["command"][-3:] == ["infra/prefect-worker", pool, "kubernetes"]
    assert worker["serviceAccountName"] == "worker"
    assert not any("persistentVolumeClaim" in volume for volume in worker["volumes"])
    assert {"nodeSelector", "tolerations"}.isdisjoint(worker)

    settings = pytest.importorskip("prefect_kubernetes.settings", reason="prefect-kubernetes is not installed")
    for name, value in integration(pool).items():
        monkeypatch.setenv(name, value)
    read = settings.KubernetesSettings()
    assert read.observer.namespaces == {"ecomintent"}
    assert (read.worker.api_auth_string_secret_name, read.worker.api_auth_string_secret_key) == (
        "ecomintent",
        "prefect-auth",
    )


def test_a_worker_may_do_what_it_does_and_no_more():
    found = {key_of(each): each for each in objects("jobs")}
    binding, role = found["RoleBinding", "worker"], found["Role", "worker"]
    may = {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }

    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "worker"}
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "worker", "namespace": "ecomintent"}]
    assert ("ServiceAccount", "worker") in found
    assert may == {*VERBS.values()} | WATCHED
    package = pytest.importorskip("prefect_kubernetes", reason="prefect-kubernetes is not installed").__file__
    source = "".join(
        (Path(package).parent / f"{name}.py").read_text() for name in ("worker", "observer", "diagnostics")
    )
    calls = set(re.findall(r"\.((?:\w+)_namespaced_\w+)\(", source))
    # Secrets are only touched under settings that we do not use.
    assert {call for call in calls if not call.endswith("_secret")} == VERBS.keys()

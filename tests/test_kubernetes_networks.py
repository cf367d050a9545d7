"""Who reaches whom by the policies of infra/kubernetes, read as Kubernetes reads them: policies only ever add."""

import pytest

from tests.test_kubernetes import FOLDER, build, objects

ANY = 40000
"""A port that nobody serves on."""


def selects(selector, labels):
    wanted = [{"key": k, "operator": "In", "values": [v]} for k, v in selector.get("matchLabels", {}).items()]
    for each in [*wanted, *selector.get("matchExpressions", [])]:
        assert each["operator"] in ("In", "Exists")
        if each["key"] not in labels or labels[each["key"]] not in each.get("values", labels.values()):
            return False
    return True


def allows(rule, side, other, port):
    """One rule of a policy. `other` are a pod's labels, or None for what is no pod of the namespace."""
    peers = rule.get(side)
    known = peers is None or any(
        other is not None and "podSelector" in each and selects(each["podSelector"], other) for each in peers
    )
    return known and port in {each["port"] for each in rule.get("ports", [{"port": port}])}


def open_to(policies, way, labels, other, port):
    side = {"Ingress": "from", "Egress": "to"}[way]
    mine = [
        p["spec"] for p in policies if way in p["spec"]["policyTypes"] and selects(p["spec"]["podSelector"], labels)
    ]
    return any(allows(rule, side, other, port) for each in mine for rule in each.get(way.lower(), []))


def reaches(policies, one, other, port):
    """Whether pod `one` reaches pod `other`; None for the world outside."""
    out = open_to(policies, "Egress", one, other, port)
    return out and (other is None or open_to(policies, "Ingress", other, one, port))


def policies_of(*overlays):
    found = [each for overlay in overlays for each in build(FOLDER / overlay)]
    return [each for each in found if each["kind"] == "NetworkPolicy"]


def named(name, **more):
    return {"app.kubernetes.io/name": name, **more}


@pytest.mark.parametrize("pool", ["cpu", "gpu"])
def test_a_run_reaches_what_a_worker_with_processes_reached(pool):
    policies = policies_of("jobs")
    # Prefect puts the deployment's name over any that the template has.
    run = named("retrain", **{"ecomintent.io/pool": pool})

    reached = [reaches(policies, run, named(n), p) for n, p in (("mlflow", 5000), ("prefect", 4200), ("api", 8080))]

    assert reached == [True, True, False]
    assert [reaches(policies, run, None, port) for port in (5432, 9000, 443, 6443, ANY)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not reaches(policies, named("retrain"), named("prefect"), 4200)


@pytest.mark.parametrize("pool", ["cpu", "gpu"])
def test_a_worker_with_jobs_reaches_prefect_and_the_cluster(pool):
    policies, worker = policies_of("jobs"), named(f"worker-{pool}")

    assert reaches(policies, worker, named("prefect"), 4200)
    assert [reaches(policies, worker, None, port) for port in (443, 6443, ANY)] == [True, True, False]
    assert not reaches(policies_of("gpu"), worker, None, 6443)


def test_pods_that_train_together_reach_each_other_and_no_server():
    policies, train = policies_of("base", "many-gpus"), named("train")

    assert reaches(policies, train, train, 29500)
    assert reaches(policies, train, train, ANY)
    assert not reaches(policies, named("retrain"), train, 29500)
    assert not any(reaches(policies, train, named(n), p) for n, p in (("mlflow", 5000), ("prefect", 4200)))


@pytest.mark.parametrize("overlay", ["base", "gpu", "jobs"])
def test_nobody_reaches_anybody_without_a_policy(overlay):
    policies = [each for each in objects(overlay) if each["kind"] == "NetworkPolicy"]
    stranger = named("stranger")

    for name, port in (("mlflow", 5000), ("prefect", 4200), ("api", 8080)):
        assert not open_to(policies, "Egress", stranger, named(name), port)
        assert not open_to(policies, "Ingress", named(name), stranger, port)
    assert reaches(policies, named("worker-cpu"), named("prefect"), 4200)
    policies = [each for each in policies if each["metadata"]["name"] != "prefect"]
    assert not reaches(policies, named("worker-cpu"), named("prefect"), 4200)

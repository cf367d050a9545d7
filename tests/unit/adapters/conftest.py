"""A Ray cluster for the tests that ask for one."""

import os

import pytest


@pytest.fixture(scope="module")
def cluster():
    """Two raylets of one core on this machine."""
    pytest.importorskip("ray", reason="Ray is not installed; pip install 'ecomintent[ray]'")
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0")
    from ray.cluster_utils import Cluster

    # Objects of ours are kilobytes; the default asks for a third of the memory.
    memory = 100 * 1024 * 1024
    made = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": memory, "include_dashboard": False}
    )
    made.add_node(num_cpus=1, object_store_memory=memory)
    yield made
    made.shutdown()

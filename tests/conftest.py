"""The network is closed in every test: offline is a promise, not a hope."""

import gc
import itertools
import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# `HYPOTHESIS=thorough pytest ...` tries many more examples, and others each time.
settings.register_profile("house", deadline=None, max_examples=12, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS", "house"))

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Collecting makes millions of objects that all stay: the collector of garbage would walk through
# them again and again, in collecting and in every test. It runs as ever on what the tests make.
gc.disable()

_connect = socket.socket.connect


def _guarded(self, address):
    """Let kernels talk over loopback and local sockets; refuse everything else."""
    if self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost"):
        return _connect(self, address)
    raise OSError(f"the network is closed in tests; something tried {address[0]}")


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _guarded)


@pytest.fixture(scope="session")
def _reports_folders(tmp_path_factory):
    """Name a folder for each test; making one for each of thousands would take seconds."""
    root = tmp_path_factory.mktemp("reports")
    return (root / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _reports_elsewhere(monkeypatch, _reports_folders):
    """No test writes into the clone's reports folder."""
    monkeypatch.setenv("SKILLSFC_REPORTS", str(next(_reports_folders)))

"""The network is closed in every test: offline is a promise, not a hope."""

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

_connect = socket.socket.connect


def _guarded(self, address):
    """Let kernels talk over loopback and local sockets; refuse everything else."""
    if self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost"):
        return _connect(self, address)
    raise OSError(f"the network is closed in tests; something tried {address[0]}")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _guarded)


@pytest.fixture(autouse=True)
def _reports_elsewhere(monkeypatch, tmp_path):
    """No test writes into the clone's reports folder."""
    monkeypatch.setenv("SKILLSFC_REPORTS", str(tmp_path / "reports"))

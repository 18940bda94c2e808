"""What the benchmarks measure with: a known allocation is found, every row tells both ratios."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

compare = pytest.importorskip("benchmarks.compare")
memory = pytest.importorskip("benchmarks.memory")
beside_r = pytest.importorskip("benchmarks.beside_r")

MB = 2**20
linux = pytest.mark.skipif(not memory.MEASURED, reason="the mark can be set back on Linux only")


def allocate(megabytes: int, block: int) -> list[np.ndarray]:
    return [np.ones(block // 8) for _ in range(megabytes * MB // block)]


@linux
@pytest.mark.parametrize("block", [200 * MB, MB, 16 * 1024])
def test_a_known_allocation_is_measured_within_a_tenth(block):
    assert memory.peak_memory(lambda: allocate(200, block)) == pytest.approx(200, rel=0.1)


@linux
def test_what_the_process_held_or_freed_before_does_not_count():
    held = allocate(150, MB)
    allocate(300, 16 * 1024)  # freed at once, but perhaps not given back
    np.ones(400 * MB // 8)  # puts this process's own mark far above the allocation
    assert memory.peak_memory(lambda: allocate(50, 16 * 1024)) == pytest.approx(50, rel=0.1)
    assert memory.peak_memory(lambda: float(held[0].sum())) < memory.LEAST


@linux
def test_memory_freed_before_the_call_ends_is_in_the_peak():
    assert memory.peak_memory(lambda: len(allocate(100, MB))) == pytest.approx(100, rel=0.1)


@linux
def test_a_call_that_fails_in_the_copy_is_an_error_here(capfd):
    with pytest.raises(RuntimeError, match="ended early"):
        memory.peak_memory(lambda: 1 / 0)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_what_is_too_small_to_be_told_apart_gets_no_ratio():
    assert memory.times_as_much(0.4, 0.1) == 1
    assert memory.times_as_much(50, 0.1) == 50
    assert memory.times_as_much(0.2, 10) == pytest.approx(0.1)


def made(monkeypatch, *words, **given):
    monkeypatch.setattr(sys, "argv", ["benchmark", *words])
    answer = np.ones(10)
    return compare.compare(
        "case", size="ten", ours=lambda: answer + allocate(20, MB)[0][0] - 1,
        peers={"peer": lambda: answer + allocate(100, MB)[0][0] - 1}, rounds=1, tolerance=1e-12,
        difference=lambda a, b: float(np.abs(a - b).max()), **given,
    )  # fmt: skip


@linux
def test_rows_tell_seconds_peak_and_both_ratios(monkeypatch, capsys):
    found = made(monkeypatch)
    _, ours, peer = capsys.readouterr().out.splitlines()
    assert "CPU s  peak" in ours
    assert ours.endswith(" MB")
    assert f"ratio of time {found.ratio['peer']:8.1f}, of memory" in peer
    assert "largest difference 0.0e+00" in peer
    assert found.memory_ratio["peer"] == pytest.approx(5, rel=0.1)
    assert f"of memory {found.memory_ratio['peer']:7.1f}" in peer


@linux
def test_json_has_both_ratios_and_a_part_has_no_ratio_of_memory(monkeypatch, capsys):
    made(monkeypatch, "--json")
    told = json.loads(capsys.readouterr().out)
    assert set(told["peak_mb"]) == set(told["seconds"]) == {"ours", "peer"}
    assert set(told["memory_ratio"]) == set(told["ratio"]) == {"peer"}
    found = made(monkeypatch, scale={"peer": 4.0})
    assert not found.memory_ratio
    assert found.ratio["peer"] > 0
    assert "time scaled up" in capsys.readouterr().out


def test_another_answer_is_an_error_before_anybody_is_timed(monkeypatch):
    with pytest.raises(AssertionError, match="differs from peer by 1"):
        compare.compare(
            "case", size="", ours=lambda: 1.0, peers={"peer": lambda: 2.0}, tolerance=0.5,
            difference=lambda a, b: abs(a - b),
        )  # fmt: skip


def in_r(package="stats", **changed):
    given = {"call": "numeric(25 * 2^20) + length(d$x)", "answer": "c(f[1], 0.1, NA)"}
    return beside_r.InR({"x": np.arange(5.0)}, package, **{**given, **changed})


needs_r = pytest.mark.skipif(bool(in_r().missing()), reason="no Rscript here")


@linux
@needs_r
def test_r_reads_the_columns_and_a_known_allocation_is_measured():
    found = in_r(call="rep(d$x[5], 25 * 2^20)").run()
    np.testing.assert_array_equal(found.answer, [4.0, 0.1, np.nan])
    assert found.peak_mb == pytest.approx(200, rel=0.1)
    assert found.seconds >= 0


@needs_r
def test_r_that_stops_tells_why_and_a_package_that_is_absent_is_named(monkeypatch, capsys):
    with pytest.raises(RuntimeError, match="no such luck"):
        in_r(answer="stop('no such luck')").run()
    monkeypatch.setattr(sys, "argv", ["benchmark"])
    found = compare.compare(
        "case", size="", ours=lambda: 1.0, peers={"R": in_r("nonesuch")}, tolerance=0.5,
        difference=lambda a, b: abs(a - b), rounds=1,
    )  # fmt: skip
    assert found.absent == {"R": "R has no package nonesuch"}
    assert "not run: R has no package nonesuch" in capsys.readouterr().out
    assert not found.ratio


@linux
def test_the_whole_call_has_time_and_memory_and_r_is_named_where_it_is_absent(monkeypatch, capsys):
    benchmark = pytest.importorskip("benchmarks.multistate")
    monkeypatch.setattr(beside_r.shutil, "which", lambda _: None)
    beside_r._missing.cache_clear()
    monkeypatch.setattr(sys, "argv", ["benchmark", "--json"])
    benchmark.with_errors("case", 400, 1)
    beside_r._missing.cache_clear()
    told = json.loads(capsys.readouterr().out)
    assert told["absent"] == {"R survfit": "no Rscript here"}
    assert set(told["memory_ratio"]) == set(told["ratio"]) == {"ours, whole call"}
    assert told["difference"]["ours, whole call"] <= 1e-12

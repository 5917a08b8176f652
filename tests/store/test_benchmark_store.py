"""The store that benchmarks fill with the writer's own statements is one that the reader understands."""

from contextlib import closing
from pathlib import Path

from apigen.store.reader import StoreReader
from benchmarks.store import make_store


def test_a_synthetic_store_reads_as_one_that_a_run_made(tmp_path: Path) -> None:
    make_store(tmp_path / "a.db", 60)
    with closing(StoreReader(tmp_path / "a.db")) as reader:
        whole = reader.funnel()[""]
        samples = list(reader.samples())
    assert whole.generated == 60
    assert 0 < len(samples) == whole.verified < 60
    assert all(sample.calls and sample.results for sample in samples)

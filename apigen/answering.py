"""Final answers for a run that is there: its verified samples, asked about as the run itself would have, once and for all."""

from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path

from apigen.config import FinalAnswersConfig, RunConfig, stored_config
from apigen.engines.local import LocalEngine
from apigen.errors import ConfigError, StoreError, UnusableReply
from apigen.final_answers import FinalAnswers
from apigen.llms import build_llms
from apigen.llms.recorded import RecordedLLM
from apigen.options import listed
from apigen.prompts import Prompts
from apigen.records import Candidate
from apigen.store import open_database
from apigen.store.commit import CommitLog
from apigen.store.lock import only_run
from apigen.store.reader import StoreReader
from apigen.store.writer import RunWriter, request_key


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it: samples that got an answer, samples that have none that holds, and samples whose replies could not be read."""

    answered: int
    without: int
    unread: int


async def answer(
    store: Path, run_id: int | None = None, llm: str = "", notice: Callable[[str], None] = lambda text: None
) -> Answered:
    """Let an LLM of the run's config answer every verified sample that makes calls and has no final answer yet.

    By default the one that the config names, or its `writer`; another one is asked also what those before it had no answer to.
    Exports are not written anew. The run's budgets do not hold here.

    Raises:
        ConfigError, StoreError: Before anything is spent, also where a run is writing the store.
        ModelError, EndpointError: What is answered is in the store, and no reply is paid for again.
    """
    async with AsyncExitStack() as cleanup:
        cleanup.enter_context(only_run(store))
        reader = StoreReader(store, run_id)
        cleanup.callback(reader.close)
        run = reader.run()
        if run is None:
            raise StoreError(f"{store}: holds no run")
        config = stored_config(run["config"])
        usual = config.final_answers or FinalAnswersConfig()
        chosen = _chosen(config, usual, llm)
        asked = build_llms({chosen.llm: config.llms[chosen.llm]}, config.concurrency)[chosen.llm]
        asked.on_pause = notice
        writer = RunWriter(store, open_database(store), reader.run_id)
        cleanup.callback(writer.close)
        log = CommitLog(writer, notice)
        cleanup.push_async_callback(log.close)
        recorded = RecordedLLM(asked)
        cleanup.push_async_callback(recorded.close)
        recorded.attach(log)
        asked.attach_journal(log, request_key, chosen.llm)
        instead = chosen.llm if chosen.llm != usual.llm else ""
        finals = FinalAnswers(chosen, recorded, Prompts(config.prompts), instead)
        return await _answer_all(reader, writer, log, finals, recorded, asked.max_in_flight)


def _chosen(config: RunConfig, usual: FinalAnswersConfig, llm: str) -> FinalAnswersConfig:
    name = llm or usual.llm
    if name not in config.llms:
        raise ConfigError(f"'{name}' is not among the run's `llms`, which are {listed(config.llms)}", key="--llm")
    return usual.model_copy(update={"llm": name})


async def _answer_all(
    reader: StoreReader, writer: RunWriter, log: CommitLog, finals: FinalAnswers, llm: RecordedLLM, at_once: int
) -> Answered:
    samples = reader.samples(singly=True)
    waiting = (sample.candidate for sample in samples if sample.calls and sample.results and not sample.final)
    first = next(waiting, None)
    if first is None:
        return Answered(0, 0, 0)
    await llm.start()
    queue, numbers, begun = chain([first], waiting), count(), dict[int, Candidate]()

    def begin() -> int | None:
        candidate = next(queue, None)
        if candidate is None:
            return None
        number = next(numbers)
        begun[number] = candidate
        return number

    async def one(number: int) -> bool:
        found = await finals.add(begun[number])
        if found.final:
            await log.write(partial(writer.save_final, found))
        return bool(found.final)

    outcome: Counter[str] = Counter()
    async for number, result in LocalEngine(one, at_once).run(begin):
        del begun[number]
        if isinstance(result, UnusableReply):
            await log.write(partial(writer.retire_replies, result.draw, result.purpose, result.keys))
            outcome["unread"] += 1
        elif isinstance(result, Exception):
            raise result
        else:
            outcome["answered" if result else "without"] += 1
    return Answered(outcome["answered"], outcome["without"], outcome["unread"])

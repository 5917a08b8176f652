"""A Ray worker: does draws with a sandbox and LLM clients of its own. The driver writes the store; a reply waits for that.

Nothing here imports Ray: `Worker` is a plain class that the driver makes an actor of. It is told things by `give`, and says things
by `collect`, which the driver calls again and again. Both carry lists, so that a busy worker costs no more calls than an idle one.
"""

import asyncio
import itertools
import os
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from socket import gethostname
from typing import Any

from apigen import __version__
from apigen.config import RunConfig
from apigen.errors import ApigenError, BudgetSpent, ConfigError, LibraryError, UnusableReply
from apigen.llms import Load
from apigen.records import Completion, Request, SeedExample
from apigen.store.writer import request_key
from apigen.work import DrawResult, Plan, Work

LOOK_SECONDS = 1.0
"""A worker with nothing to say says so this often: its load is shown, and its end is noticed."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told to begin with. `config` is its share of the run's, `folder` where the driver was started."""

    config: RunConfig
    clock: datetime
    folder: str
    library_hash: str
    prompts_hash: str
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception on its way: unlike the exception itself, it can always be pickled."""

    kind: type[Exception]
    args: tuple[Any, ...]
    state: Mapping[str, Any]

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        if isinstance(error, ApigenError):
            return cls(type(error), error.args, dict(error.__dict__))
        return cls(RuntimeError, ("".join(traceback.format_exception(error)),), {})

    def error(self, node: str = "") -> Exception:
        """Return the exception, with the node's name in its message where it may be the node's fault."""
        ours = issubclass(self.kind, ApigenError) and not issubclass(self.kind, BudgetSpent | UnusableReply)
        args = (f"on node {node}: {self.args[0]}", *self.args[1:]) if node and ours and self.args else self.args
        error = self.kind.__new__(self.kind)  # whose own __init__ may want what `state` holds
        error.args = args
        error.__dict__.update(self.state)
        return error


# --- what the driver says ---


@dataclass(frozen=True, slots=True)
class Take:
    """Do a draw. `known` holds the replies that the store has of it, by key; `shown` are its seed examples."""

    index: int
    known: Mapping[str, Completion]
    shown: tuple[SeedExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Reply `number` is committed, or could not be."""

    number: int
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Give up the draws from `first` on."""

    first: int


@dataclass(frozen=True, slots=True)
class Spent:
    """The budget is used up: no further question may be asked."""

    why: str


Order = Take | Written | Drop | Spent

# --- what the worker says ---


@dataclass(frozen=True, slots=True)
class Reply:
    """An LLM answered; the draw goes on once it hears `Written`."""

    number: int
    request: Request
    completion: Completion


@dataclass(frozen=True, slots=True)
class Ended:
    """A draw ended."""

    index: int
    result: DrawResult | Failure


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for people to read."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing more comes."""


Event = Reply | Ended | Notice | Closed
Heard = tuple[list[Event], list[Load]]


class DriverLog:
    """A CompletionLog whose store is the driver's: it knows what came with the draws, and hands over what is to be written."""

    def __init__(self, say: Callable[[Event], None]) -> None:
        self._say = say
        self._known: dict[int, dict[str, Completion]] = {}
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[None]] = {}

    def begin(self, draw: int, known: Mapping[str, Completion]) -> None:
        """Know the replies of a draw, until `end`."""
        self._known[draw] = dict(known)

    def end(self, draw: int) -> None:
        self._known.pop(draw, None)

    def find_completion(self, request: Request) -> Completion | None:
        return self._known.get(request.draw, {}).get(request_key(request))

    async def save_completion(self, request: Request, reply: Completion) -> None:
        """Return once the driver has committed the reply.

        Raises:
            StoreError: If it could not.
        """
        number = next(self._numbers)
        written = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(Reply(number, request, reply))
        await written
        if request.draw in self._known:
            self._known[request.draw][request_key(request)] = reply

    def written(self, number: int, failure: Failure | None) -> None:
        waiting = self._waiting.pop(number)
        if waiting.done():
            return  # its draw was dropped
        if failure is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(failure.error())


class Worker:
    """Does draws, on its own node. No method raises: what goes wrong is said as a Failure."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._outbox: list[Event] = []
        self._anything = asyncio.Event()
        self._log = DriverLog(self._say)
        self._draws: dict[int, asyncio.Task[None]] = {}
        self._spent = ""
        self._plan: Plan | None = None
        self._work: Work | None = None

    async def open(self) -> tuple[str, int | Failure]:
        """Make ready: a library, LLMs and checkers. Return the node's name, and how many draws keep the LLMs full."""
        try:
            return gethostname(), await self._open()
        except Exception as error:
            return gethostname(), Failure.of(error)

    async def _open(self) -> int:
        job = self._job
        if job.version != __version__:
            raise ConfigError(
                f"has apigen {__version__}, and the driver {job.version}; install the same one everywhere"
            )
        try:
            os.chdir(job.folder)
        except OSError:
            raise LibraryError(
                f"{job.folder}: there is no such folder; it has to be at the same path everywhere"
            ) from None
        self._plan = plan = Plan.check(job.config, job.clock)
        self._work = work = await Work.open(plan)
        if work.library.hash != job.library_hash:
            raise LibraryError(f"the API library differs from the driver's; {job.folder} has to hold the same files")
        if hash_of_prompts(job.config.prompts) != job.prompts_hash:
            raise ConfigError("its templates differ from the driver's", key=f"prompts: {job.config.prompts}")
        for llm in plan.llms.values():
            llm.on_pause = lambda text: self._say(Notice(text))
        work.attach(self._log, self._allow)
        await work.start()
        return plan.most_in_flight

    async def give(self, orders: Sequence[Order]) -> None:
        """Hear the driver."""
        for order in orders:
            match order:
                case Take(index, known, shown):
                    self._log.begin(index, known)
                    self._draws[index] = asyncio.ensure_future(self._do(index, shown))
                case Written(number, failure):
                    self._log.written(number, failure)
                case Drop(first):
                    for index in [index for index in self._draws if index >= first]:
                        self._draws.pop(index).cancel()
                        self._log.end(index)
                case Spent(why):
                    self._spent = why

    async def collect(self) -> Heard:
        """Return what there is to say since the last time, or nothing after LOOK_SECONDS; and the LLMs' loads."""
        if not self._outbox:
            self._anything.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._anything.wait(), LOOK_SECONDS)
        events, self._outbox = self._outbox, []
        return events, self._plan.loads() if self._plan else []

    async def close(self) -> None:
        """Give up all draws, say the last of what is paid for, and let go of everything."""
        left = list(self._draws.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if self._work is not None:
            await self._work.hang_up()
        self._say(Closed())
        if self._work is not None:
            await self._work.close()

    def _allow(self) -> None:
        if self._spent:
            raise BudgetSpent(self._spent)

    def _say(self, event: Event) -> None:
        self._outbox.append(event)
        self._anything.set()

    async def _do(self, index: int, shown: tuple[SeedExample, ...]) -> None:
        assert self._work is not None
        result: DrawResult | Failure
        try:
            result = await self._work.do(index, shown)
        except Exception as error:
            result = Failure.of(error)
        self._draws.pop(index, None)
        self._log.end(index)
        self._say(Ended(index, result))


def hash_of_prompts(folder: Path | None) -> str:
    """Return a hash of a user's own templates, since what they say decides what a draw yields."""
    found = sorted(folder.glob("*.jinja")) if folder else []
    return sha256(repr([(path.name, path.read_bytes()) for path in found]).encode()).hexdigest()

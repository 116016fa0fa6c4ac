"""A pytest plugin that tries mutants: collect once, then a forked process for each mutant.

The mutant's code takes the place of the function's in the memory of its process only: no file changes, and caches,
rule tables and properties that hold the function hold the mutant. Of the tests, those that call the function
run, without the ones that take longer than `--longest`; first the ones that killed mutants of the same function,
then by turns the tests that call the fewest functions beside it, and one case of every test function, then a second.
A test that fails kills the mutant, and so does one that takes ten times its time and 2 s more.
"""

from __future__ import annotations

import fnmatch
import functools
import gc
import importlib
import inspect
import itertools
import json
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

import hypothesis
import pytest

TIME_FACTOR, TIME_GRACE = 10, 2
# seconds of a mutant that waits for something instead of computing
WAITING = 300
# bytes that a mutant may take beyond what the process already has
MEMORY = 3 << 30
# exit codes; a signal kills a mutant that runs too long
SURVIVED, KILLED, INVALID = 0, 1, 3

# module and function; tests of a function, by their names; how long a test takes
Place, Callers, Seconds = tuple[str, str], dict[tuple[str, str], list[str]], dict[str, float]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutants")
    group.addoption("--mutants", help="file that tests/mutants/generate.py wrote")
    group.addoption("--results", help="folder for results; mutants that it holds are not tried again")
    group.addoption("--part", default="1/1", help="share of the mutants to try: 2/3 is the second third")
    group.addoption("--survivors", action="store_true", help="try those again that survived")
    group.addoption("--longest", type=float, default=0.15, help="seconds of the longest test that is used")
    group.addoption("--most", type=int, default=200, help="tests that are used on one mutant")
    group.addoption("--only", default="*", help="pattern of module.function")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Tell hypothesis not to shrink what fails: it failed, that is enough."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", hypothesis.settings(), phases=phases)
    hypothesis.settings.load_profile("mutants")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    if session.testsfailed:
        raise session.Interrupted("the tests could not be collected")
    option, results = session.config.option, Path(session.config.option.results)
    mutants = json.loads(Path(option.mutants).read_text(encoding="utf-8"))
    mutants = [m for m in mutants if fnmatch.fnmatch(f"{m['module']}.{m['function']}", option.only)]
    part, parts = map(int, option.part.split("/"))
    final = ("killed", "timeout") if option.survivors else ("killed", "timeout", "survived", "no tests")
    done = {key(m) for m in read(results) if m["result"] in final}
    mutants = [m for m in mutants[part - 1 :: parts] if key(m) not in done]
    if not mutants:
        return True

    targets = {(m["module"], m["function"]): find(m["module"], m["function"]) for m in mutants}
    out = os.fdopen(os.dup(sys.__stderr__.fileno()), "w", buffering=1)
    seconds, callers = watch(session, targets, option.longest)
    out.write(f"{len(session.items)} tests, {sum(seconds.values()):.0f} s; {len(mutants)} mutants\n")
    kills: dict[Place, Counter] = defaultdict(Counter)
    tries = Counter()
    order = order_tests(callers, seconds)
    items = {item.nodeid: item for item in session.items}
    for mutant in mutants:
        place = (mutant["module"], mutant["function"])
        chosen = sorted(order[place], key=lambda name: -kills[place][name])[: option.most]
        start = time.perf_counter()
        result, killer = attempt(session, mutant, targets[place], [items[name] for name in chosen], seconds)
        kills[place][killer] += 1
        tries[result] += 1
        with (results / f"{part}.jsonl").open("a", encoding="utf-8") as file:
            record = {k: mutant[k] for k in ("module", "function", "line", "before", "after")}
            record |= {"result": result, "test": killer, "seconds": round(time.perf_counter() - start, 3)}
            file.write(json.dumps(record) + "\n")
        if tries.total() % 100 == 0 or tries.total() == len(mutants):
            out.write(f"{dict(tries)} {mutant['module']}\n")
    out.close()
    return True


def key(mutant: dict) -> tuple[str, str, str]:
    """Return what tells a mutant from others."""
    return mutant["module"], mutant["function"], mutant["after"]


def read(results: Path) -> list[dict]:
    """Return the best result of each mutant: a test that killed it once kills it."""
    found: dict[tuple[str, str, str], dict] = {}
    for path in sorted(results.glob("*.jsonl")):
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if key(line) not in found or found[key(line)]["result"] not in ("killed", "timeout"):
                found[key(line)] = line
    return list(found.values())


def order_tests(callers: Callers, seconds: Seconds) -> Callers:
    """Return the tests of each function: in turn the next of two orders.

    One order gives a fast case of every test function first, then a second of each; the other, the tests first that
    call few functions beside it.
    """
    turns, seen = {}, Counter()
    for name in sorted(seconds, key=lambda name: (seconds[name], name)):
        function = name.partition("[")[0]
        turns[name] = (seen[function], seconds[name], name)
        seen[function] += 1
    breadth = Counter(itertools.chain.from_iterable(callers.values()))
    order = {}
    for place, names in callers.items():
        by_turns = sorted(names, key=turns.__getitem__)
        direct = sorted(by_turns, key=breadth.__getitem__)
        pairs = zip(by_turns, direct, strict=True)
        order[place] = list(dict.fromkeys(itertools.chain.from_iterable(pairs)))
    return order


def find(module: str, function: str) -> FunctionType:
    """Return the function below its decorators."""
    found: object = importlib.import_module(module.removesuffix(".__init__"))
    for name in function.split("."):
        found = inspect.getattr_static(found, name)
    # what a property, a cached property, and a class or static method hold
    for name in ("fget", "func", "__func__"):
        found = getattr(found, name, None) or found
    return inspect.unwrap(found)


def forked(run: Callable[[int], None]) -> tuple[str, int]:
    """Run a function in a process of its own; return what it wrote to the pipe that it is given, and its exit code."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            run(write_end)
            os._exit(SURVIVED)
        finally:
            os._exit(KILLED)
    os.close(write_end)
    with os.fdopen(read_end) as file:
        written = file.read()
    return written, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def prepare(
    session: pytest.Session, items: list[pytest.Item], stop: Callable
) -> Iterator[tuple[pytest.Item, Callable[[], None]]]:
    """Give each test, and what runs it; reports go to `stop` alone."""
    manager = session.config.pluginmanager
    for name in ("terminalreporter", "mutants-stop"):
        if manager.has_plugin(name):
            manager.unregister(name=name)
    manager.register(type("Stop", (), {"pytest_runtest_logreport": staticmethod(stop)}), "mutants-stop")
    for item, following in itertools.zip_longest(items, items[1:]):
        yield item, functools.partial(item.config.hook.pytest_runtest_protocol, item=item, nextitem=following)


def watch(
    session: pytest.Session, targets: dict[Place, FunctionType], longest: float
) -> tuple[Seconds, Callers]:
    """Run the tests; return the seconds of each, and the tests up to `longest` that call each function."""
    places = {function.__code__: place for place, function in targets.items()}

    def stop(report: pytest.TestReport) -> None:
        if report.failed:
            sys.__stderr__.write(f"fails without a mutant: {report.nodeid}\n{report.longreprtext}\n")
            os._exit(1)

    def run(write_end: int) -> None:
        seconds, calls = {}, {}
        for item, run_test in prepare(session, session.items, stop):
            clear_caches()
            start = time.process_time()
            run_test()
            seconds[item.nodeid] = time.process_time() - start
        short = [item for item in session.items if seconds[item.nodeid] <= longest]
        for item, run_test in prepare(session, short, stop):
            clear_caches()
            found: set[CodeType] = set()
            # a trace function that returns nothing is called once for each call of a function
            sys.settrace(lambda frame, *_, found=found: found.add(frame.f_code))
            run_test()
            sys.settrace(None)
            calls[item.nodeid] = [places[code] for code in found & places.keys()]
        with os.fdopen(write_end, "w") as file:
            json.dump([seconds, calls], file)

    written, _ = forked(run)
    if not written:
        raise session.Interrupted("a test fails without a mutant")
    seconds, calls = json.loads(written)
    callers: Callers = {place: [] for place in targets}
    for name, called in calls.items():
        for place in called:
            callers[tuple(place)].append(name)
    clear_caches()
    gc.collect()
    gc.freeze()
    return seconds, callers


def clear_caches() -> None:
    """Forget what cached functions of the package returned for the unchanged code."""
    modules = [module for name, module in sys.modules.items() if name.startswith("oxymilk.")]
    for thing in itertools.chain.from_iterable(vars(module).values() for module in modules):
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()


def attempt(
    session: pytest.Session, mutant: dict, target: FunctionType, items: list[pytest.Item], seconds: Seconds
) -> tuple[str, str]:
    """Run tests on one mutant in a process of its own; return the result and the test that killed it."""
    if not items:
        return "no tests", ""

    def stop(report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(KILLED)

    def run(write_end: int) -> None:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(WAITING)
        try:
            replace(target, mutant)
        except BaseException:
            os._exit(INVALID)
        for item, run_test in prepare(session, items, stop):
            os.write(write_end, f"{item.nodeid}\n".encode())
            signal.setitimer(signal.ITIMER_PROF, TIME_FACTOR * seconds[item.nodeid] + TIME_GRACE)
            run_test()

    written, status = forked(run)
    if status == SURVIVED:
        return "survived", ""
    killer = (written.splitlines() or [""])[-1]
    results = {-signal.SIGPROF: "timeout", -signal.SIGALRM: "timeout", INVALID: "invalid"}
    return results.get(status, "killed"), killer


def replace(target: FunctionType, mutant: dict) -> None:
    """Put the mutant's code and defaults in the place of the function's."""
    flags = annotations.compiler_flag
    code = compile(mutant["after"], "<mutant>", "exec", flags, dont_inherit=True)
    scope: dict = {}
    exec(code, target.__globals__, scope)
    (function,) = scope.values()
    target.__code__ = function.__code__
    target.__defaults__, target.__kwdefaults__ = function.__defaults__, function.__kwdefaults__

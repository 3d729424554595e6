"""Good stories, told step by step: what every crash point must still lead to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.simulation.bank import CREDENTIALS
from tests.simulation.deployment import Deployment
from tests.simulation.known import NOT_MENDED_YET
from tests.simulation.people import Integrator, Person
from tests.simulation.world import MINUTE, Plan, World

CALM: frozenset[str] = frozenset()


@dataclass
class Story:
    """`tell` is told in a world without faults; `ends` says how every refresh must end."""

    name: str
    tell: Callable[[World], None]
    ends: str = "completed"

    def world(self, deployment: Deployment, *, tracing: bool = False) -> World:
        """A world in which it can be told."""
        plan = Plan(faulty=110 * MINUTE)
        world = World(deployment, 7, plan=plan, only=CALM, deaf_to=NOT_MENDED_YET, tracing=tracing)
        world.schedule()
        self.tell(world)
        return world


def _patient(app: Integrator, refresh_id: str, link: str | None = None) -> None:
    """A person who does what the page says until it is over."""
    world, person = app.world, Person(app, refresh_id, link=link)
    while world.clockwork.now < 100 * MINUTE:
        view = person._look()
        if view is not None and view["status"] in {"completed", "failed", "cancelled", "expired"}:
            return
        if view is not None:
            person._follow(view)
        world.clockwork.sleep(20)


def _present(world: World, **traits: Any) -> None:
    app = world.new_app(**traits)

    def live() -> None:
        refresh = app.start(present=True)
        assert refresh is not None
        _patient(app, refresh["id"])

    world.come("person", live)


def _by_link(world: World) -> None:
    app = world.new_app()

    def live() -> None:
        refresh = app.start(present=False)
        assert refresh is not None
        answer = None
        while answer is None or not answer.ok:
            answer = world.api(
                "refreshes",
                "POST",
                "/refreshes/{id}/link",
                path={"id": refresh["id"]},
                body={"channel": "email"},
            )
        world.clockwork.sleep(300)
        _patient(app, refresh["id"], answer.body["url"].partition("#")[2])

    world.come("guest", live)


def _adopted(world: World, *, unknown: bool) -> None:
    app = world.new_app()

    def live() -> None:
        session = world.bank.open_session(app.login, "elsewhere", "asking")
        refresh = app.start(present=True, session=session, unknown=unknown)
        assert refresh is not None
        _patient(app, refresh["id"])

    world.come("person", live)


def _background(world: World) -> None:
    _present(world)
    world.bank.takes = 260.0


def _by_night(world: World) -> None:
    """The night fails, the integrator hears of it, and the person comes."""
    app = world.new_app()
    app.login.credentials = CREDENTIALS[0]

    def live() -> None:
        while not app.register(selectedAccounts="all"):
            world.clockwork.sleep(5)
        world.bank.nightly_run()
        world.clockwork.sleep(30)
        world.invoke("nightly_check", {}, "nightly")
        refresh = app.start(present=True)
        assert refresh is not None
        _patient(app, refresh["id"])

    world.come("night", live)


def _closing(world: World) -> None:
    """Shared, refreshed, no more shared, shared anew, refreshed."""
    app = world.new_app(asks=False)

    def live() -> None:
        for round_ in range(2):
            refresh = app.start(present=True)
            assert refresh is not None
            _patient(app, refresh["id"])
            if round_ == 0:
                app.close()
                app.login.deleted = False
                while not app.register(selectedAccounts=app.selection):
                    world.clockwork.sleep(5)

    world.come("person", live)


def _given_up(world: World) -> None:
    """The integrator takes over a connection, asks, thinks better of it, and looks back."""
    app = world.new_app()

    def live() -> None:
        item = {"loginId": app.login.id, "selectedAccounts": app.selection}
        world.judge.requested[app.login.id].append(app.selection)
        world.api("connections", "POST", "/connections/import", body={"connections": [item]})
        refresh = app.start(present=True)
        assert refresh is not None
        world.clockwork.sleep(90)
        while not world.judge.refreshes[refresh["id"]].cancelled:
            app.cancel(refresh["id"])
            world.clockwork.sleep(5)
        home = {"id": world.home_of(app.login)}
        world.api("connections", "GET", "/connections/{id}/timeline", path=home)
        path = {"id": refresh["id"]}
        world.api("refreshes", "GET", "/refreshes/{id}/accounts", path=path)

    world.come("integrator", live)


STORIES = [
    Story("a person who is present answers", _present),
    Story("a bank that asks nothing", partial(_present, asks=False)),
    Story("credentials that died", partial(_present, credentials=CREDENTIALS[0])),
    Story("a link opened later", _by_link),
    Story("an adopted session of a known login", partial(_adopted, unknown=False)),
    Story("an adopted session of an unknown login", partial(_adopted, unknown=True)),
    Story("a bank login that goes to the background", _background),
    Story("a night that failed", _by_night),
    Story("sharing stopped and begun anew", _closing),
    Story("a refresh that is given up", _given_up, ends="cancelled"),
]

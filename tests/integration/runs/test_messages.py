"""What is told of instances reaches who follows them once and in its order, through a broker or without one."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pika
import pytest
from google.protobuf.message import Message as Form
from informaticsmatters.protobuf.datamanager.pod_event_message_pb2 import PodEventMessage
from informaticsmatters.protobuf.datamanager.pod_message_pb2 import PodMessage
from informaticsmatters.protobuf.datamanager.processing_cost_message_pb2 import ProcessingCostMessage
from sqlalchemy import text

from fieldstation.core.tasks.model import TaskState
from fieldstation.gateways.amqp import EXCHANGE, QUEUE, REFUSED, AmqpBroker, fault
from fieldstation.kernel.errors import Unavailable
from fieldstation.kernel.logs import configure_logs, follow_errors
from fieldstation.wiring.loops import build_follow
from fieldstation.workers.hear import Hear, Post, Receive
from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.desk import Desk, Person
from tests.integration.runs.jobs import AT, ended, events, launched, states
from tests.integration.runs.station import PATIENCE
from tests.rabbit import PASSWORD, Rabbit, installed_rabbit

pytestmark = pytest.mark.xdist_group("rabbit")
NOBODY = "instance-00000000-0000-4000-8000-000000000000"
_FORGET_SENDING = text("UPDATE instance_message SET sent_at = NULL")
_WAITING = text("SELECT count(*) FROM instance_message WHERE refused_at IS NULL")
_FOREIGN = text("INSERT INTO instance_message (instance_id, task_id, kind, body) VALUES (:id, '', 'pod', :body)")


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    program = installed_rabbit()
    if program is None:
        pytest.skip("RabbitMQ is not here (Debian package rabbitmq-server): nothing is tested through a broker")
    with Rabbit(program, tmp_path_factory.mktemp("rabbit")) as started:
        yield started


class Way:
    """The way of messages from who tells to who hears, without a broker."""

    def __init__(self, desk: Desk) -> None:
        instancing = desk.features.instancing
        self.desk = desk
        self.parts = (desk.database, instancing.messages, instancing.following)
        self._follow = build_follow(desk.database, desk.features)
        self._hear = Hear(*self.parts)

    def tell(self) -> None:
        self._follow.step()

    def move(self) -> None:
        """Bring some messages on their way."""
        self._hear.step()

    def arrive(self) -> None:
        """Return once nothing is on its way any more."""
        deadline = time.monotonic() + PATIENCE
        while self.waiting():
            assert time.monotonic() < deadline
            with contextlib.suppress(Unavailable):
                self.move()

    def waiting(self) -> int:
        with self.desk.begin() as tx:
            return int(tx.scalar(_WAITING))

    def twice(self) -> None:
        """Bring all messages, and again what was not known to have been brought."""
        self.move()
        self.move()

    def of_nobody(self) -> None:
        """Have a message come about an instance that there is not."""
        with self.desk.begin() as tx:
            tx.execute(_FOREIGN, {"id": NOBODY, "body": '{"phase": "Failed", "exit_code": 1}'})

    def refused(self) -> int:
        """Return how many messages were put aside."""
        with self.desk.begin() as tx:
            return int(tx.scalar(text("SELECT count(*) FROM instance_message WHERE refused_at IS NOT NULL")))

    def close(self) -> None:
        self._follow.close()
        self._hear.close()


class ThroughBroker(Way):
    """The same with a broker in between."""

    def __init__(self, desk: Desk, rabbit: Rabbit) -> None:
        super().__init__(desk)
        self._rabbit = rabbit
        database, messages, following = self.parts
        self.post = Post(database, messages, AmqpBroker(rabbit.url))
        self.receive = Receive(database, messages, following, AmqpBroker(rabbit.url))
        self.post.step()
        with rabbit.connect() as connection:
            for queue in (QUEUE, REFUSED):
                connection.channel().queue_purge(queue)

    def move(self) -> None:
        pause = self.post.step()
        self.receive.step()
        time.sleep(min(pause, 0.2) if self.waiting() else 0.0)

    def move_for_ever(self) -> None:
        while True:
            self.move()

    def twice(self) -> None:
        for _ in range(2):  # it sent them, and died before it noted that
            self.post.step()
            with self.desk.begin() as tx:
                tx.execute(_FORGET_SENDING)
        self.arrive()
        while self.queued(QUEUE):
            self.receive.step()

    def publish(self, message: Form, name: str | None = None, form: str | None = None) -> None:
        form = form or f"datamanager.{type(message).__name__}"
        properties = pika.BasicProperties(type=form, message_id=name)
        with self._rabbit.connect() as connection:
            connection.channel().basic_publish(EXCHANGE, "datamanager.x", message.SerializeToString(), properties)

    def hear_all(self) -> None:
        while self.queued(QUEUE):
            self.receive.step()

    def of_nobody(self) -> None:
        self.publish(PodMessage(instance=NOBODY, phase="Failed", has_exit_code=True, exit_code=1))

    def refused(self) -> int:
        return self.queued(REFUSED)

    def queued(self, queue: str) -> int:
        with self._rabbit.connect() as connection:
            return int(connection.channel().queue_declare(queue, passive=True).method.message_count)

    def close(self) -> None:
        super().close()
        self.post.close()
        self.receive.close()


@pytest.fixture(autouse=True)
def _jobs(desk: Desk) -> Iterator[None]:
    with desk.begin() as tx:
        desk.features.definitions.jobs.install_builtins(tx)
    yield
    desk.features.definitions.templates.close()


@pytest.fixture(params=["database", "broker"])
def way(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Way]:
    made = ThroughBroker(desk, request.getfixturevalue("rabbit")) if request.param == "broker" else Way(desk)
    yield made
    made.close()


@pytest.fixture
def broker(desk: Desk, rabbit: Rabbit) -> Iterator[ThroughBroker]:
    made = ThroughBroker(desk, rabbit)
    yield made
    made.close()


def said(*texts: object, costs: Sequence[str] = ()) -> str:
    lines = [f"{AT} # INFO -EVENT- {one}" for one in texts]
    return "\n".join([*lines, *(f"{AT} # INFO -COST- {one}" for one in costs)])


def cost_of(desk: Desk, person: Person, instance: str) -> Decimal | None:
    with desk.begin() as tx:
        return desk.features.instancing.instances.show(tx, person.caller, instance).cost


def exit_code(desk: Desk, person: Person, task: str) -> int | None:
    with desk.begin() as tx:
        return desk.features.tasks.show(tx, person.caller, task).exit_code


def test_a_task_ends_with_the_exit_code_that_was_told(way: Way, desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada)
    ended(desk, run, said(*range(30), costs=["+2 1", "+0.5 2"]), exit_code=7)
    way.tell()
    assert states(desk, ada, made.task_id) == [TaskState.PENDING]
    way.arrive()
    assert states(desk, ada, made.task_id) == [TaskState.PENDING, TaskState.STARTED, TaskState.FAILURE]
    assert exit_code(desk, ada, made.task_id) == 7
    assert events(desk, made.task_id) == [str(number) for number in range(30)]
    assert cost_of(desk, ada, made.instance_id) == Decimal("2.5")


def test_what_is_brought_again_counts_once(way: Way, desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada)
    ended(desk, run, said("once", "and once", costs=["+3 1"]))
    way.tell()
    way.twice()
    way.arrive()
    assert events(desk, made.task_id) == ["once", "and once"]
    assert states(desk, ada, made.task_id) == [TaskState.PENDING, TaskState.STARTED, TaskState.SUCCESS]
    assert cost_of(desk, ada, made.instance_id) == Decimal(3)


def test_a_message_about_no_instance_is_refused_and_holds_up_no_other(way: Way, desk: Desk, ada: Person) -> None:
    configure_logs()
    told: list[str] = []
    ignore = follow_errors(lambda _place, error, _request: told.append(str(error)))
    made, run = launched(desk, ada)
    way.of_nobody()
    ended(desk, run, said("after it"))
    way.tell()
    way.arrive()
    ignore()
    assert states(desk, ada, made.task_id)[-1] is TaskState.SUCCESS
    assert [one for one in told if NOBODY in one], told
    assert way.refused() == 1


def test_messages_of_others_count_once_each(broker: ThroughBroker, desk: Desk, ada: Person) -> None:
    made, _ = launched(desk, ada)
    for _ in range(2):
        broker.publish(PodEventMessage(task=made.task_id, level="WARNING", content="hot", timestamp=AT))
        broker.publish(ProcessingCostMessage(instance=made.instance_id, cost="+1.5", sqn=1), name="c1")
        broker.publish(ProcessingCostMessage(instance=made.instance_id, cost="+1", sqn=2), name="c2")
    broker.publish(ProcessingCostMessage(instance=made.instance_id, cost="-1", sqn=3))
    broker.publish(PodEventMessage(task="task-of-nobody", level="INFO", content="?"))
    broker.publish(PodMessage(instance="\u00e9" * 10), form="datamanager.Nonsense")
    broker.publish(PodMessage(instance=made.instance_id, phase="Failed", has_exit_code=True, exit_code=3))
    broker.hear_all()
    assert events(desk, made.task_id) == ["hot"]
    assert cost_of(desk, ada, made.instance_id) == Decimal("2.5")
    assert exit_code(desk, ada, made.task_id) == 3
    assert broker.refused() == 3


def test_a_broker_that_dies_loses_and_doubles_nothing(
    broker: ThroughBroker, rabbit: Rabbit, desk: Desk, ada: Person
) -> None:
    made, run = launched(desk, ada)
    ended(desk, run, said(*range(300), costs=["4 1"]), exit_code=2)
    broker.tell()
    broker.move()
    broker.receive.close()  # the first lot was heard, the second lies at the broker
    broker.post.step()
    assert 0 < len(events(desk, made.task_id)) < 300
    rabbit.kill()
    with pytest.raises(Unavailable) as refused:
        broker.move_for_ever()
    assert PASSWORD not in str(refused.value)
    away = fault(rabbit.url)
    assert away is not None and PASSWORD not in away.text
    assert broker.waiting() > 0
    rabbit.start()
    assert fault(rabbit.url) is None
    broker.arrive()
    assert events(desk, made.task_id) == [str(number) for number in range(300)]
    assert (exit_code(desk, ada, made.task_id), cost_of(desk, ada, made.instance_id)) == (2, Decimal(4))


def test_a_wrong_password_is_named_and_not_told(rabbit: Rabbit) -> None:
    away = fault(rabbit.url.replace(PASSWORD, "wrong-password-9"))
    assert away is not None and "wrong-password-9" not in f"{away.text} {away.next_step}"


def test_a_whole_station_with_a_broker(rabbit: Rabbit, open_station: OpenStation) -> None:
    station = open_station(amqp_url=rabbit.url).work()
    project = station.get("/projects", limit=1)["items"][0]["id"]
    job = {"collection": "im-test", "job": "event-test", "version": "1.0.0"}
    wanted: dict[str, Any] = {"project": project, "name": "told", "job": job}
    answer = station.client.post("/api/v1/instances", json=wanted)
    assert answer.status_code == 201, answer.text
    deadline = time.monotonic() + PATIENCE
    while not (task := station.get(f"/tasks/{answer.json()['task']}")).get("done"):
        assert time.monotonic() < deadline, task
        time.sleep(0.1)
    assert task["exit_code"] == 0
    (part,) = [one for one in station.client.get("/readyz").json()["parts"] if one["name"] == "broker"]
    assert part["condition"] == "ok"

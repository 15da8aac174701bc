"""The loops of a worker process, by role."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from fieldstation.core.actions.service import DONE, give_places
from fieldstation.core.apps.service import APP_REMOVE
from fieldstation.core.datasets.service import PROCESS, REMOVE_VERSION, Garbage
from fieldstation.core.images.service import ADD as ADD_IMAGE
from fieldstation.core.instances.service import INSTANCE_REMOVE
from fieldstation.core.molecules.service import LOAD
from fieldstation.core.projects.service import ATTACH, Surveys
from fieldstation.core.projects.service import REMOVE as REMOVE_PROJECT
from fieldstation.core.runs.service.dispatch import Dispatching
from fieldstation.core.runs.service.tidy import forget_submits
from fieldstation.core.runs.service.watch import Watching
from fieldstation.core.tasks.service import Operations
from fieldstation.core.tasks.service.tasks import QUEUED
from fieldstation.db import Database, Tx, partitions
from fieldstation.db.snapshot import may_remove
from fieldstation.gateways.molecules import release
from fieldstation.gateways.web import Caps, Web
from fieldstation.kernel.logs import follow_errors
from fieldstation.ports.engine import Engine
from fieldstation.ports.storage import BlobStore
from fieldstation.ports.volumes import Volumes
from fieldstation.settings import Settings
from fieldstation.wiring.engines import uids_of
from fieldstation.wiring.features import CATALOGUE, COPIES, MOLECULES, TREES, Features, build_collecting
from fieldstation.wiring.images import build_shelf
from fieldstation.wiring.laboratories import Laboratories, build_laboratories
from fieldstation.wiring.messages import add_messages
from fieldstation.wiring.storages import Storages
from fieldstation.workers.api_calls import KeepCalls
from fieldstation.workers.apps import Attend, RemoveApp
from fieldstation.workers.attaching import AttachFile, Sources
from fieldstation.workers.callbacks import Tell
from fieldstation.workers.collect import Bench, Collect, Pace
from fieldstation.workers.crew import Crew
from fieldstation.workers.datasets import Molecules, ProcessDataset, RemoveVersion
from fieldstation.workers.describing import WriteBeside
from fieldstation.workers.dispatch import Dispatch, Place
from fieldstation.workers.health import Health
from fieldstation.workers.images import AddImage, DropImages, Shelf
from fieldstation.workers.incidents import KeepIncidents
from fieldstation.workers.instances import Follow, RemoveInstance
from fieldstation.workers.loop import Loop
from fieldstation.workers.metering import Metering
from fieldstation.workers.molecules import FormMolecules, LoadMolecules
from fieldstation.workers.perform import Handler as OperationHandler
from fieldstation.workers.perform import Perform
from fieldstation.workers.projects import Measure, RemoveProject
from fieldstation.workers.react import Handler, React
from fieldstation.workers.release import Release
from fieldstation.workers.staged import Pinned
from fieldstation.workers.staging import Data, Staging
from fieldstation.workers.staging_in_projects import ProjectStaging
from fieldstation.workers.sweep import Chore, Sweep
from fieldstation.workers.watch import Watch
from fieldstation.workers.workflows import Advance

_COLLECTORS = 2
_PERFORMERS = 2  # so that a long operation does not hold up a short one
_LONG = (PROCESS, LOAD, ADD_IMAGE)  # works that may take hours: one performer keeps free of them
_TELLERS = 4  # so that who hangs does not hold up the others
_PATIENT = 2  # of these, who ask again where nobody heard
_CALLBACK_SECONDS = 10.0
_HOUR = 3600.0
_PLACE_SECONDS = 1.0
_EVENT_DAYS = 400


class LoopBuilder:
    """Builds the loops that a process was given the roles for."""

    def __init__(self, settings: Settings, database: Database, features: Features, storages: Storages) -> None:
        self._settings = settings
        self._database = database
        self._features = features
        self._store: BlobStore = storages.store
        self._volumes: Volumes = storages.volumes
        self._loops: list[Loop] = []
        self._wakes: dict[str, list[Loop]] = defaultdict(list)  # loops by the kind of event that they wait for
        self._closers: list[Callable[[], None]] = []
        self._health = Health({})

    def build(self, roles: Collection[str], engines: Mapping[str, Engine]) -> Crew:
        """Return the crew for these roles."""
        features = self._features
        data = Data(datasets=features.datasets, use=features.use, contents=features.contents)
        in_projects = ProjectStaging(
            self._database, features.files, features.givens, Pinned(self._database, features.images)
        )
        staging = Staging(self._database, data, features.tools, self._store, in_projects)
        self._health = Health(engines)
        self._keep_incidents()
        if "api" in roles:
            self._keep_calls()
        for name, engine in engines.items():
            self._add_engine(roles, name, engine, staging)
        if "watch" in roles:
            follow = build_follow(self._database, features)
            self._add(Loop("follow", follow.step), follow.close)
            attend = Attend(self._database, features.apps.attending, engines)
            attending = self._add(Loop("attend", attend.step), attend.close)
            for kind in ("run.running", "run.succeeded", "run.failed", "run.canceled"):
                self._wakes[kind].append(attending)
        add_messages(self._database, features.instancing, self._settings, roles, self._add_waiting)
        if "perform" in roles:
            self._add_performers(build_laboratories(self._settings, engines))
        if "sweep" in roles:
            self._add_sweep()
        if "react" in roles:
            web = Web(self._settings.outbound_allow, caps=Caps(seconds=_CALLBACK_SECONDS, most_bytes=1 << 16))
            for place in range(_TELLERS):
                tell = Tell(self._database, features.instancing.callbacks, web, patient=place < _PATIENT)
                self._add(Loop(f"callbacks {place}", tell.step))
            self._add_workflows()
            placing = Loop("actions", lambda: 0.0 if self._database.retrying(give_places) else _PLACE_SECONDS)
            self._wakes[DONE].append(self._add(placing))
            react = self._add(Loop("react", React(self._database, self._consumers()).step))
            self._wakes["dataset.purged"].append(react)
        return Crew(self._loops, self._wakes, self._closers)

    def _keep_incidents(self) -> None:
        keep = KeepIncidents(self._database, self._features.incidents)
        keep.wake = self._add(Loop("incidents", keep.step), follow_errors(keep.told)).wake

    def _keep_calls(self) -> None:
        log = self._features.people.api_log
        keep = KeepCalls(self._database, log)
        log.waiting.wake = self._add(Loop("api calls", keep.step), keep.close).wake

    def _add_engine(self, roles: Collection[str], name: str, engine: Engine, staging: Staging) -> None:
        collects: list[Loop] = []
        watches: list[Loop] = []
        dispatches: list[Loop] = []
        if "collect" in roles:
            collects += self._collectors(name, engine, staging)
        if "watch" in roles:
            watching = Watching(self._features.outbox)
            watch = Watch(self._database, watching, name, engine, waker(collects, dispatches))
            watches.append(self._add(Loop(f"watch {name}", watch.step), watch.close))
            engine.on_change(watches[0].wake)
            self._wakes["run.cancel_requested"] += watches
        else:  # another process watches: its note of an exit wakes those who wait for one
            self._wakes["run.collecting"] += [*collects, *dispatches]
        if "dispatch" in roles:
            place = Place(
                name=name,
                engine=engine,
                slots=self._settings.slots,
                uids=uids_of(self._settings, engine),
                health=self._health,
            )
            dispatching = Dispatching(self._features.outbox, self._features.rights)
            dispatch = Dispatch(self._database, dispatching, staging, place, waker(watches))
            dispatches.append(self._add(Loop(f"dispatch {name}", dispatch.step), dispatch.close))
            self._wakes["run.queued"] += dispatches

    def _collectors(self, name: str, engine: Engine, staging: Staging) -> list[Loop]:
        features = self._features
        bench = Bench(name=name, engine=engine, store=self._store, definition=staging.definition)
        collecting = build_collecting(features)
        collect = Collect(self._database, collecting, bench, Pace())
        self._add(Loop(f"release {name}", Release(collect).step))
        return [self._add(Loop(f"collect {name} {place}", collect.step)) for place in range(_COLLECTORS)]

    def _add_performers(self, laboratories: Laboratories) -> None:
        operations, handlers = Operations(self._features.tasks), self._handlers(laboratories)
        short = {work: handler for work, handler in handlers.items() if work not in _LONG}
        for place, works in enumerate([*[handlers] * _PERFORMERS, short]):
            perform = Perform(self._database, operations, works)
            loop = self._add(Loop(f"perform {place}", perform.step))
            perform.stopping = loop.is_stopping
            self._wakes[QUEUED].append(loop)

    def _add_workflows(self) -> None:
        features = self._features
        advance = Advance(
            self._database,
            features.pipelines.advancing,
            features.instancing.launches,
            features.definitions.templates,
            features.files,
        )
        loop = self._add(Loop("workflows", advance.step), advance.close)
        for kind in ("workflow.running", "workflow.stopping", "run.succeeded", "run.failed", "run.canceled"):
            self._wakes[kind].append(loop)

    def _handlers(self, laboratories: Laboratories) -> Mapping[str, OperationHandler]:
        """Return who does the operations of each work."""
        features, laboratory = self._features, laboratories.molecules
        telling, files = features.instancing.telling, features.files
        form, readings = FormMolecules(laboratory, self._store), features.molecules.readings
        loading = LoadMolecules(self._database, readings, laboratory, self._store)
        molecules = Molecules(form, loading, release)
        return {
            PROCESS: ProcessDataset(self._database, features.arrivals, self._store, molecules),
            LOAD: loading,
            REMOVE_VERSION: RemoveVersion(
                self._database, features.removals, features.copies, files, features.molecules.readings
            ),
            REMOVE_PROJECT: RemoveProject(self._volumes),
            ATTACH: AttachFile(self._database, self._features.managed, files, self._sources(), molecules.converted),
            INSTANCE_REMOVE: RemoveInstance(self._database, telling, files),
            ADD_IMAGE: AddImage(self._database, features.images, features.uploads, laboratories.images, self._shelf()),
            APP_REMOVE: RemoveApp(self._database, features.apps.attending),
        }

    def _shelf(self) -> Shelf:
        return build_shelf(self._settings, self._store)

    def _sweep_instances(self, tx: Tx) -> bool:
        return self._features.instancing.instances.sweep(tx, self._settings.instance_days * 24 * _HOUR)

    def _sweep_apps(self, tx: Tx) -> bool:
        return self._features.apps.apps.sweep(tx, self._settings.instance_days * 24 * _HOUR)

    def _metering(self) -> Metering:
        features = self._features
        return Metering(features.accounting.storage, features.projects, features.arrivals)

    def _sources(self) -> Sources:
        return Sources(self._database, self._features.use, self._features.contents, self._store)

    def _add_sweep(self) -> None:
        sweep = Sweep(
            self._database,
            [
                Chore(name="submits", seconds=_HOUR, work=forget_submits),
                Chore(name="sessions", seconds=60.0, work=self._features.people.sessions.sweep),
                Chore(name="authorization codes", seconds=_HOUR, work=self._features.people.codes.sweep),
                Chore(name="device grants", seconds=_HOUR, work=self._features.people.devices.sweep),
                Chore(name="signing keys", seconds=_HOUR, work=self._features.people.keys.rotate_when_due),
                Chore(name="partitions", seconds=_HOUR, work=_partitions),
                Chore(name="tasks", seconds=_HOUR, work=self._features.tasks.tidy),
                Chore(name="instances", seconds=_HOUR, work=self._sweep_instances),
                Chore(name="applications", seconds=600.0, work=self._sweep_apps),
                Chore(name="given", seconds=60.0, work=self._features.givens.sweep),
                Chore(name="callbacks", seconds=_HOUR, work=self._features.instancing.callbacks.tidy),
                Chore(name="messages", seconds=_HOUR, work=self._features.instancing.messages.tidy),
                Chore(name="workflows", seconds=_HOUR, work=self._features.pipelines.running.tidy),
                Chore(name="api calls", seconds=_HOUR, work=self._features.people.api_log.tidy),
                Chore(name="incidents", seconds=_HOUR, work=self._features.incidents.tidy),
                Chore(name="storage days", seconds=30.0, work=self._features.accounting.storage.close),
                Chore(name="storage", seconds=60.0, work=self._metering().step),
                Chore(name="removed files", seconds=10.0, work=lambda _: self._volumes.tidy(1.0)),
                Chore(name="molecules", seconds=60.0, work=self._features.molecules.readings.tidy),
                *_garbage(self._features.garbage),
            ],
        )
        self._add(Loop("sweep", sweep.step), sweep.close)
        drop = DropImages(self._database, self._features.images, self._shelf())
        self._add(Loop("images", drop.step))
        measure = Measure(self._database, Surveys(self._features.files, self._features.managed))
        self._add(Loop("measure", measure.step), measure.close)

    def _consumers(self) -> Mapping[str, Handler]:
        """Return who follows which events; `features.SUBSCRIPTIONS` says to which kinds each subscribed."""
        garbage, readings = self._features.garbage, self._features.molecules.readings
        copies, keeping = self._features.copies, self._features.catalogue.keeping
        return {
            TREES: lambda tx, deliveries: garbage.drop_trees(tx, [one.event.thing for one in deliveries]),
            MOLECULES: lambda tx, deliveries: readings.forget_datasets(tx, [one.event.thing for one in deliveries]),
            CATALOGUE: lambda tx, deliveries: keeping.purged(tx, [one.event.thing for one in deliveries]),
            COPIES: lambda tx, deliveries: copies.purged(tx, [one.event.thing for one in deliveries]),
        }

    def _add_waiting(self, kind: str, loop: Loop, close: Callable[[], None]) -> None:
        """Add a loop whose pause an event of this kind ends."""
        self._wakes[kind].append(self._add(loop, close))

    def _add(self, loop: Loop, close: Callable[[], None] | None = None) -> Loop:
        self._loops.append(loop)
        if close is not None:
            self._closers.append(close)
        return loop


def build_follow(database: Database, features: Features) -> Follow:
    """Return who tells what becomes of instances."""
    instancing = features.instancing
    beside = WriteBeside(database, instancing.describing, features.files)
    return Follow(database, instancing.telling, features.logs, beside)


def waker(*groups: Sequence[Loop]) -> Callable[[], None]:
    """Return what wakes all loops of these groups, also those added later."""

    def wake() -> None:
        for group in groups:
            for loop in group:
                loop.wake()

    return wake


def _garbage(garbage: Garbage) -> Sequence[Chore]:
    return (
        Chore(name="expired uploads", seconds=60.0, work=garbage.expire_uploads),
        Chore(name="trash", seconds=60.0, work=garbage.empty_trash),
        Chore(name="blobs", seconds=_HOUR, work=lambda tx: may_remove(tx) and garbage.sweep_blobs(tx)),
        Chore(name="strays", seconds=24 * _HOUR, work=garbage.adopt_strays),
        Chore(name="leftovers", seconds=30.0, work=garbage.tidy),
    )


def _partitions(tx: Tx) -> bool:
    partitions.ensure(tx)
    partitions.drop_older(tx, _EVENT_DAYS)
    return False

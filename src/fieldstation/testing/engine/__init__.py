"""The contract of an engine as tests: inherit `EngineContract`, name your engine, and let pytest collect it.

```python
from fieldstation.testing.engine import EngineContract


class TestMyEngine(EngineContract):
    entry_point = "my_package.engine:MyEngine"
```
"""

from fieldstation.testing.engine.bench import EngineBench, refused
from fieldstation.testing.engine.canceling import Canceling
from fieldstation.testing.engine.limits import KeepingLimits
from fieldstation.testing.engine.listening import Listening
from fieldstation.testing.engine.logs import Logging
from fieldstation.testing.engine.restarts import Restarting
from fieldstation.testing.engine.running import Running

__all__ = ["EngineBench", "EngineContract", "refused"]


class EngineContract(Running, Logging, Canceling, KeepingLimits, Restarting, Listening):
    """Every promise of `fieldstation.ports.engine.Engine`. Tests skip what the engine's traits do not promise."""

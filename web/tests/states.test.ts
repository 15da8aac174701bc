import { NARROW, WIDE } from './browser'
import { lookAtStates } from './visits'

lookAtStates(WIDE)
lookAtStates(NARROW)

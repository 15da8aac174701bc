import { WIDE } from './browser'
import { lookAtAll } from './visits'

lookAtAll(WIDE)

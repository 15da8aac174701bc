import { NARROW } from './browser'
import { lookAtAll } from './visits'

lookAtAll(NARROW)

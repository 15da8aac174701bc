import { NARROW } from './browser'
import { lookAtRoutes } from './visits'

lookAtRoutes(NARROW)

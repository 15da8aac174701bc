import { WIDE } from './browser'
import { lookAtRoutes } from './visits'

lookAtRoutes(WIDE)

/** The round-trip rule of client files holds for the clients of real servers. */

import { everySubject } from '../contract/subjects.ts'
import { testRoundTrip } from '../files/round-trip.ts'

testRoundTrip(
  (await everySubject()).map((kind) => ({ ...kind, records: [kind.full] })),
  [20, 1],
)

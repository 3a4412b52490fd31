// A writer that is killed at random moments, and the judge of what it leaves behind.
//
//   store-crash write DIRECTORY SEED     writes for ever; says what it tries and what is done
//   store-crash verify DIRECTORY LOG     compares the store with all that was said
//   store-crash get DIRECTORY ID…        looks entities up and checks; for damaged files

import Glibc

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    say("usage: store-crash write DIRECTORY SEED | verify DIRECTORY LOG | get DIRECTORY ID...")
    exit(64)
}
switch arguments[1] {
case "write": CrashWriter(directory: arguments[2], seed: UInt64(arguments[3]) ?? 1).run()
case "verify": exit(CrashJudge(directory: arguments[2], log: arguments[3]).run())
case "get": exit(DamageProbe(directory: arguments[2], ids: Array(arguments.dropFirst(3))).run())
default: exit(64)
}

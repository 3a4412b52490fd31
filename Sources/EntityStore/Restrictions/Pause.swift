import Glibc

/// A short sleep between two tries.
enum Pause {
    static func briefly() { _ = usleep(500) }
}

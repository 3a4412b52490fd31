import CAllocationCount
import CedarEngine
import CedarSyntax
import EntityStore
import Glibc

/// Measures lookups through a reader: `cache-gate [ENTITIES] [CACHE-MiB] [DIRECTORY]`.
///
/// Ends with 1 when a warm lookup allocates or a lookup is wrong.
@main
struct CacheGate {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let count = arguments.first.flatMap { Int($0) } ?? 100_000
        let cache = arguments.dropFirst().first.flatMap { Int($0) } ?? 256
        let parent = arguments.dropFirst(2).first ?? "/tmp"
        let directory = parent + "/cache-gate-\(getpid())"
        defer { remove(directory) }
        let store = try EntityStore.open(at: directory, StoreOptions(createIfMissing: true))
        try Population.fill(store, count)
        var gate = try Measurements(store, count, cacheBytes: cache << 20)
        try gate.run()
        if gate.hasFailed { fatalError("a warm lookup allocates or is wrong") }
    }

    private static func remove(_ directory: String) {
        for name in ["data.mdb", "lock.mdb", "writer.lock"] {
            _ = unsafe unlink(directory + "/" + name)
        }
        _ = unsafe rmdir(directory)
    }
}

/// The entities of a measurement: each in two groups, which are in some others.
enum Population {
    static let groups = 1_000

    static func uid(_ number: Int) -> EntityUID {
        EntityUID(type: "User", id: Text("user number \(number)"))
    }

    static func group(_ number: Int) -> EntityUID {
        EntityUID(type: "Group", id: Text("group \(number)"))
    }

    static func user(_ number: Int, _ value: Int) -> Entity {
        Entity(
            uid: uid(number),
            attributes: [
                ("level", .long(Int64(value))), ("name", .string("some name or other")),
                ("isActive", .bool(true)),
            ],
            parents: [group(number % groups), group(number * 7 % groups)])
    }

    static func fill(_ store: EntityStore, _ count: Int) throws {
        try store.put(
            (0..<groups).map { number in
                let parents = number < 10 ? [] : [group(number / 10), group(number % 10)]
                return Entity(uid: group(number), parents: parents)
            })
        for start in stride(from: 0, to: count, by: 100_000) {
            try store.put((start..<min(start + 100_000, count)).map { user($0, $0) })
        }
    }
}

import BenchSupport
import CedarEngine
import CedarSyntax
import EntityStore
import Glibc

/// The servers of a benchmark and the frames they are sent.
final class ServeBench {
    let frames: LoadFrames
    private let workload: ServeWorkload
    private let threads: Int
    private(set) var servers: [(kind: ServerKind, process: ServerProcess)] = []
    private let directory: TemporaryDirectory

    /// What is started and how.
    struct Plan {
        /// The program `writ`.
        var writ: String
        /// A program `PATH SOCKET` that echoes frames with a length in front; nil for none.
        var floor: String?
        var size: ServeWorkload.Size
        var entities: Int
        var threads: Int
        /// `full` or `none`: how much the service's decisions find out.
        var diagnostics = "full"
        /// The core of the servers; nil for any.
        var core: Int?
    }

    init(_ plan: Plan) throws {
        directory = try TemporaryDirectory()
        workload = ServeWorkload(plan.size, entities: plan.entities)
        frames = try LoadFrames(workload.items, expected: workload.expected)
        self.threads = plan.threads
        let folder = directory.path
        try Self.prepare(workload, folder)
        let threads = String(plan.threads)
        try TextFile.write(
            Array(
                """
                policies: policies.cedar
                store: store
                reload: signal
                socket:
                  path: run/writ.sock
                  threads: \(threads)
                  diagnostics: \(plan.diagnostics)

                """.utf8), to: "\(folder)/writ.yaml")
        try start(
            .writ, [plan.writ, "serve", "--config", "\(folder)/writ.yaml"],
            "\(folder)/run/writ.sock", plan)
        let echo = "\(folder)/echo/echo.sock"
        try start(
            .echo,
            [Self.beside("writ-bench"), "echo-server", "--socket", echo, "--threads", threads],
            echo, plan)
        if let floor = plan.floor {
            try start(.floor, [floor, "\(folder)/floor.sock"], "\(folder)/floor.sock", plan)
        }
    }

    /// What the same decisions cost in this process, in nanoseconds of processor time, with a cache
    /// as large as that of one of the service's threads.
    func decideInProcess() throws -> Double {
        let store = try EntityStore.open(
            at: "\(directory.path)/store", StoreOptions(readOnly: true))
        let measurement = Measurement(
            try DeciderPath(
                Ruleset(PolicySet.parse(workload.policies), version: 1), store,
                QuestionBlock(workload.items), cacheBytes: (256 << 20) / threads))
        let measured = MeasuredFigures.measure([measurement], Effort(runs: 5, passes: 5))
        return measured?.figures.mean ?? 0
    }

    private func start(
        _ kind: ServerKind, _ arguments: [String], _ socket: String, _ plan: Plan
    ) throws {
        servers.append(
            (
                kind,
                try ServerProcess(
                    arguments, socket: socket, core: plan.core,
                    log: "\(directory.path)/\(kind.rawValue).log")
            ))
    }

    private static func prepare(_ workload: ServeWorkload, _ folder: String) throws {
        try workload.writeEntities("\(folder)/entities.jsonl")
        try TextFile.write(Array(workload.policies.utf8), to: "\(folder)/policies.cedar")
        let store = try EntityStore.open(
            at: "\(folder)/store", StoreOptions(createIfMissing: true))
        _ = try store.importEntities(from: .file("\(folder)/entities.jsonl"))
    }

    /// The path of a program in the folder of this one.
    static func beside(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(
            decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        return "\(folder)/\(name)"
    }
}

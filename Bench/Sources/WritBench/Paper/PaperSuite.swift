import BenchSupport
import CedarSchema
import CedarSyntax
import JSON

/// One of the three benchmarks of the Cedar paper: its policies, schema and generated graphs.
///
/// Source: Cutler et al., "Cedar: A New Language for Expressive, Fast, Safe, and Analyzable
/// Authorization", OOPSLA 2024.
struct PaperSuite: Sendable {
    /// The three applications.
    enum Application: String, CaseIterable, Sendable {
        case gdrive, github, tinytodo
    }

    let application: Application
    /// The number of users, groups, documents and so on of each graph.
    let size: Int
    let policies: PolicySet
    let graphs: [PaperGraph]
    /// Whether the decisions are known from other implementations.
    let isRecorded: Bool

    var name: String { "\(application.rawValue)-\(size)" }
    var requestCount: Int { graphs.reduce(0) { $0 + $1.requests.count } }

    /// The sizes of the paper's figures that are measured here.
    static let sizes = [5, 20, 50]

    /// Reads a suite from a folder, or makes one of the same shape when there is none.
    static func load(
        _ application: Application, _ size: Int, from folder: String?
    ) throws -> PaperSuite {
        guard let folder else { return try PaperGenerator.suite(application, size) }
        let base = "\(folder)/\(application.rawValue)"
        let policies = try PolicySet.parse(TextFile.bytes("\(base).cedar"))
        var graphs = try PaperGraph.graphs(of: "\(base)-\(size).json")
        let decisions = try TextFile.bytes("\(base)-\(size).decisions")
            .filter { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }
        guard decisions.count == graphs.reduce(0, { $0 + $1.requests.count }) else {
            throw BenchError("`\(base)-\(size).decisions` has not one decision for each request")
        }
        var offset = 0
        for index in graphs.indices {
            let count = graphs[index].requests.count
            graphs[index].recorded = decisions[offset..<(offset + count)]
                .map { $0 == UInt8(ascii: "1") }
            offset += count
        }
        return PaperSuite(
            application: application, size: size, policies: policies, graphs: graphs,
            isRecorded: true)
    }
}

/// One generated graph of entities with requests on it.
struct PaperGraph: Sendable {
    var entities: [Entity]
    var requests: [PaperRequest]
    /// Whether each request is allowed, by other implementations; nil when none decided it.
    var recorded: [Bool]?

    /// Reads a list of `{entities, requests}`; a request is a list of five strings.
    static func graphs(of path: String) throws -> [PaperGraph] {
        let bytes = try TextFile.bytes(path)
        let json: ValueJSON
        do throws(JSONError) {
            json = ValueJSON(
                try JSONTape(parsing: bytes, limits: JSONLimits(maximumBytes: 1 << 28)))
        } catch {
            throw BenchError("`\(path)`: \(error.description)")
        }
        let tape = json.tape
        var graphs: [PaperGraph] = []
        for node in tape.elements(tape.root) {
            guard let entities = tape.member(node, "entities"),
                let requests = tape.member(node, "requests")
            else { throw BenchError("`\(path)`: a graph has `entities` and `requests`") }
            graphs.append(
                PaperGraph(
                    entities: try json.entities(entities),
                    requests: try tape.elements(requests).map { request in
                        let parts = tape.elements(request).map { json.text($0) }
                        guard parts.count == 5 else {
                            throw BenchError("`\(path)`: a request is a list of five strings")
                        }
                        return PaperRequest(
                            principal: EntityUID(type: parts[0], id: parts[1]),
                            action: EntityUID(type: "Action", id: parts[2]),
                            resource: EntityUID(type: parts[3], id: parts[4]))
                    }))
        }
        return graphs
    }
}

/// A request without context.
struct PaperRequest: Sendable {
    let principal: EntityUID
    let action: EntityUID
    let resource: EntityUID
}

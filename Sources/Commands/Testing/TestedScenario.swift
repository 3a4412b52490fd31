import CedarEngine
import CedarSchema
import CedarSyntax
import Foundation
import Glibc
import JSON
import PolicyTesting

/// A scenario's folder with policies and tests, read.
struct TestedScenario {
    /// The folder as it was given or found.
    let path: String
    let policyFile: InputFile
    let policySet: PolicySet
    let schema: Schema?
    let testFile: InputFile
    /// In the order of the file; a test that cannot be read has a message instead.
    let tests: [Entry]

    /// One test of the file.
    struct Entry {
        let name: String
        /// Line of the file, from 1.
        let line: Int
        let test: Result<TestCase, Failure>
    }

    /// Reads the scenario; entities lie in files that the tests name, or in the tests.
    ///
    /// - Throws: when the policies, the schema if there is one, the tests as a whole or a file of
    ///   entities cannot be read.
    init(_ path: String) throws(Failure) {
        self.path = path
        policyFile = try InputFile(path + "/policies.cedar")
        policySet = try policyFile.policies()
        let schemaPath = path + "/schema.cedarschema"
        schema =
            FileManager.default.fileExists(atPath: schemaPath)
            ? try InputFile(schemaPath).schema() : nil
        testFile = try InputFile(path + "/tests.json")
        let json = try testFile.json()
        guard json.tape.kind(json.tape.root) == .array else {
            throw testFile.failure(json.error(json.tape.root, "tests must be an array"))
        }
        let map = SourceMap(testFile.bytes)
        var reader = TestReader(file: testFile, map: map, schema: schema)
        var entries: [Entry] = []
        for node in json.tape.elements(json.tape.root) {
            entries.append(
                Entry(
                    name: PolicyTest.name(of: node, json),
                    line: map.position(at: json.tape.offset(node)).line,
                    test: try reader.read(node, json)))
        }
        tests = entries
    }

    /// The folders to test: the given one when it holds policies, else all below it that hold
    /// policies and tests, sorted; hidden folders are passed over.
    ///
    /// - Throws: when there is none.
    static func folders(at path: String) throws(Failure) -> [String] {
        let manager = FileManager.default
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if manager.fileExists(atPath: path + "/policies.cedar") { return [path] }
        guard manager.fileExists(atPath: path) else { throw .unreadable(path, ENOENT) }
        var found: [String] = []
        let below = manager.enumerator(atPath: path)
        while let item = below?.nextObject() as? String {
            let components = item.split(separator: "/")
            if components.contains(where: { $0.hasPrefix(".") }) {
                if below?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
                    below?.skipDescendants()
                }
            } else if components.last == "policies.cedar" {
                let folder = path + "/" + item.dropLast("/policies.cedar".count)
                if manager.fileExists(atPath: folder + "/tests.json") { found.append(folder) }
            }
        }
        guard !found.isEmpty else {
            throw Failure(
                "there is no scenario in `\(path)`: one is a folder with `policies.cedar` and "
                    + "`tests.json`", file: path)
        }
        return found.sorted()
    }
}

/// Makes tests of their JSON, and a table of each file of entities once.
private struct TestReader {
    let file: InputFile
    let map: SourceMap
    let schema: Schema?
    private var tables: [String: EntityTable] = [:]

    init(file: InputFile, map: SourceMap, schema: Schema?) {
        self.file = file
        self.map = map
        self.schema = schema
    }

    /// Reads one test.
    ///
    /// - Throws: when its file of entities cannot be read; other errors are the test's own.
    mutating func read(
        _ node: JSONNode, _ json: ValueJSON
    ) throws(Failure) -> Result<TestCase, Failure> {
        let test: PolicyTest
        do throws(DataError) {
            test = try PolicyTest(node, json, schema: schema)
        } catch {
            let place = map.position(at: error.offset)
            return .failure(
                Failure("\(file.name):\(place.line):\(place.column): \(error.message)"))
        }
        let table: EntityTable
        switch test.entities {
        case .file(let path): table = try self.table(path)
        case .inline(let entities):
            do throws(Failure) { table = try file.table(entities, isWholeFile: false) } catch {
                return .failure(error)
            }
        }
        do throws(FlatEncoder.Failure) {
            return .success(
                try TestCase(
                    name: test.name, request: test.request, entities: table,
                    expectsAllow: test.expectsAllow, reasons: test.reasons,
                    errorCount: test.errorCount))
        } catch {
            return .failure(Failure("the request cannot be decided: \(error.message)"))
        }
    }

    private mutating func table(_ path: String) throws(Failure) -> EntityTable {
        if let table = tables[path] { return table }
        let input = try InputFile(file.neighbour(path))
        let table = try input.table(input.entities(schema: schema))
        tables[path] = table
        return table
    }
}

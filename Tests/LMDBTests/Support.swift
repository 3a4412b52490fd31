import Glibc
import Synchronization
import Testing

@testable import LMDB

/// A new directory under the temporary one, removed with everything in it at the end.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/lmdb-test-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer {
            unsafe mkdtemp($0.baseAddress!) != nil
        }
        try #require(made)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for directory in [store, path] {
            for file in ["data.mdb", "lock.mdb", "writer.lock", "store"] {
                _ = unsafe unlink(directory + "/" + file)
            }
            _ = unsafe rmdir(directory)
        }
    }

    /// A path inside that does not exist yet.
    var store: String { path + "/store" }
}

extension Environment {
    /// Opens a small environment that is grown by the tests themselves.
    static func small(
        _ path: String, mapBytes: Int = 1 << 20,
        _ change: (inout EnvironmentOptions) -> Void = { _ in }
    ) throws -> Environment {
        var options = EnvironmentOptions(mapBytes: mapBytes, maximumReaders: 16)
        change(&options)
        return try Environment(path: path, options: options)
    }

    /// Commits the pairs to a database that is made if need be.
    @discardableResult
    func commit(_ pairs: [(String, String)], to name: String = "items") throws -> Database {
        let lock = try WriterLock(self)
        let database = try lock.createDatabase(named: name)
        var transaction = try lock.beginWrite()
        for (key, value) in pairs {
            try transaction.put(Array(key.utf8).span, Array(value.utf8).span, in: database)
        }
        try transaction.commit()
        return database
    }

    /// The value under a key in the newest state.
    func value(_ key: String, in name: String = "items") throws -> String? {
        guard let database = try openDatabase(named: name) else { return nil }
        let transaction = try beginRead()
        return try transaction.text(key, in: database)
    }
}

extension ReadableTransaction where Self: ~Copyable {
    borrowing func text(_ key: String, in database: Database) throws(LMDBError) -> String? {
        try get(Array(key.utf8).span, in: database) { string(of: $0) }
    }
}

extension WriteTransaction {
    mutating func put(_ key: String, _ value: String, in database: Database) throws(LMDBError) {
        try put(Array(key.utf8).span, Array(value.utf8).span, in: database)
    }
}

func string(of span: Span<UInt8>) -> String {
    String(decoding: bytes(of: span), as: UTF8.self)
}

func bytes(of span: Span<UInt8>) -> [UInt8] {
    unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) }
}

/// Runs the closure and returns the code of the refusal it must end in.
func refusal(_ body: () throws -> Void) -> LMDBError.Code? {
    do {
        try body()
        return nil
    } catch let error as LMDBError {
        return error.code
    } catch WriterLock.Refusal.failed(let error) {
        return error.code
    } catch {
        Issue.record("unexpected error \(error)")
        return nil
    }
}

/// Replaces bytes of a file at an offset.
func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
    let descriptor = unsafe open(path, O_RDWR)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let written = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, offset)
    }
    try #require(written == bytes.count)
}

func sizeBytes(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
}

func mode(_ path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
}

/// A word from one thread to others.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
}

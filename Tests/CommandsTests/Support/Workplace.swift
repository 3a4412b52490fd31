import Foundation
import Glibc
import Testing

/// A new directory under the temporary one, removed with everything in it at the end.
final class Workplace: Sendable {
    let path: String

    init() throws {
        // Short, because a socket's path has to fit into 107 bytes.
        var template = Array("/tmp/writ-test-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer {
            unsafe mkdtemp($0.baseAddress!) != nil
        }
        try #require(made)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something inside.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file as a whole, so that nobody sees it half written.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        // Not by `Data`: a program that is started meanwhile would inherit the open file, and have it
        // open for writing for as long as it runs.
        let made = path("\(name).\(UInt64.random(in: 0 ... .max)).new")
        let descriptor = unsafe open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        try #require(descriptor >= 0, "\(made): \(errno)")
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + start, bytes.count - start)
            }
            guard count > 0 else { break }
            start += count
        }
        Glibc.close(descriptor)
        let isMoved = unsafe rename(made, path(name)) == 0
        try #require(start == bytes.count && isMoved)
        return path(name)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path(name), withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }

    /// The text of a file; empty when it is not there.
    func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path(name)) ?? Data(), as: UTF8.self)
    }
}

/// Looks again and again until something holds, at most for a time.
func eventually(within seconds: Double = 10, _ holds: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if try holds() { return true }
        usleep(5_000)
    }
    return try holds()
}

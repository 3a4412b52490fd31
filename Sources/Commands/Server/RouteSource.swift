import Gateway
import Glibc
import Routes

/// A routes file of a running service, and where its newest good reading is.
struct RouteSource: Sendable {
    let path: String
    let publisher: RoutePublisher

    /// Reads the file.
    init(_ path: String) throws(Failure) {
        self.path = path
        publisher = RoutePublisher(try InputFile(path).routes())
    }

    /// Reads the file again; whoever gets the routes publishes them.
    func load() throws(Failure) -> RouteTable { try InputFile(path).routes() }

    /// Size and time of a file: it changes when the file is written.
    static func signature(_ path: String) -> String {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return "\(path) -" }
        let time = status.st_mtim
        return "\(path) \(status.st_ino) \(status.st_size) \(time.tv_sec) \(time.tv_nsec)"
    }
}

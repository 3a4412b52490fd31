import ExtAuthz
import Glibc
import HTTPService
import SPOE
import Server

extension ServiceConfiguration {
    /// A socket in the file system.
    struct SocketPlace {
        /// Whose it is, for messages.
        let listener: String
        let path: String
        let peers: PeerAllowList
    }

    /// The sockets that a start opens in the file system, in its order.
    var socketPlaces: [SocketPlace] {
        var places = [
            SocketPlace(listener: "`socket`", path: socket.path, peers: socket.allowedPeers)
        ]
        if let server = envoy?.server, case .unixSocket(let path) = server.endpoint {
            places.append(
                SocketPlace(listener: "`envoy`", path: path, peers: server.allowedPeers))
        }
        if let stream = spoe?.server.stream, case .unixSocket(let path) = stream.endpoint {
            places.append(
                SocketPlace(listener: "`spoe`", path: path, peers: stream.allowedPeers))
        }
        for listener in http {
            guard case .unix(let path) = listener.address else { continue }
            places.append(
                SocketPlace(
                    listener: "the listener `\(listener.name)`", path: path,
                    peers: listener.peers))
        }
        return places
    }
}

extension Failure {
    /// What a start by the user who checks would say of a socket's place.
    init(
        _ error: StreamSocketError, of place: ServiceConfiguration.SocketPlace, in file: InputFile
    ) {
        let help: String? =
            switch error {
            case .unsafeDirectory, .system(_, _, EACCES):
                "so it would be for user \(geteuid()): check as the user that the service runs as"
            default: nil
            }
        self.init("\(place.listener): \(error.description)", help: help, file: file.name)
    }
}

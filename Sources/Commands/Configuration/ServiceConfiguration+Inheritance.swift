import ExtAuthz
import HTTPService
import SPOE
import Server
import TLSListener

extension ServiceConfiguration {
    /// Gives every listener the socket that a service manager opened for it.
    ///
    /// - Throws: also when one is left over.
    mutating func inherit(_ sockets: consuming InheritedSockets) throws(StreamSocketError) {
        var sockets = sockets
        socket.inherited = try sockets.take(
            "local", at: ListeningAddress(path: socket.path), socket.path)
        if let endpoint = envoy?.server.endpoint {
            envoy?.server.inherited = try sockets.take(EnvoyListener.name, at: endpoint)
        }
        if let endpoint = spoe?.server.stream.endpoint {
            spoe?.server.stream.inherited = try sockets.take(SPOEListener.name, at: endpoint)
        }
        if let listener = tls?.listener {
            tls?.listener.inherited = try sockets.take(
                "tls", at: ListeningAddress(host: listener.host, port: listener.port),
                "\(listener.host):\(listener.port)")
        }
        for index in http.indices {
            let listener = http[index]
            http[index].inherited = try sockets.take(
                listener.name, at: ListeningAddress(listener.address), listener.address.description)
        }
        try sockets.finish()
    }
}

extension InheritedSockets {
    fileprivate mutating func take(
        _ listener: String, at endpoint: StreamEndpoint
    ) throws(StreamSocketError) -> Int32? {
        try take(listener, at: endpoint.address, endpoint.description)
    }
}

extension ListeningAddress {
    /// Nil for a host that is not in digits.
    fileprivate init?(_ address: HTTPListener.Address) {
        switch address {
        case .tcp(let host, let port): self.init(host: host, port: port)
        case .unix(let path): self.init(path: path)
        }
    }
}

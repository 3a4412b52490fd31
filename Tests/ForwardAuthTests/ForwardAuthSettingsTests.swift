import Routes
import Testing

@testable import ForwardAuth

@Suite struct ForwardAuthSettingsTests {
    private static let now: Int64 = 1_761_000_000_500

    private func refusal(
        _ values: [String], deadline: Int64? = 250
    ) throws -> ForwardAuthRefusal? {
        var settings = ForwardAuthSettings(ForwardAuthReader(.nginx, certificate: .escapedPEM))
        settings.deadlineMilliseconds = deadline
        var call = HeaderList()
        for value in values { try call.append(name: "X-Request-Start", value: value) }
        do throws(ForwardAuthRefusal) {
            try settings.checkAge(call, at: Self.now)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "What is no time, or in other units, is a refusal",
        arguments: [
            "", "t=", "now", "1761000000", "1761000000.5", "1761000000.12345", "1761000000500000",
            "t=1761000000,500", "t1761000000.500", "-761000000500", "1761000000.50a",
            "{time.now.unix_ms}", "176100000050.0",
        ])
    func noTime(_ text: String) throws {
        #expect(try refusal([text]) == .startInvalid)
    }

    @Test("Without a start, or with two, nothing is decided")
    func missing() throws {
        #expect(try refusal([]) == .startMissing)
        #expect(try refusal(["t=1761000000.500", "t=1761000000.500"]) == .startDuplicated)
    }

    @Test("The deadline itself is in time, a millisecond later is not")
    func limits() throws {
        #expect(try refusal(["t=1761000000.250"]) == nil)
        #expect(try refusal(["t=1761000000.249"]) == .requestTooOld)
        #expect(try refusal(["1761000000250"]) == nil)
        #expect(try refusal(["1761000000249"]) == .requestTooOld)
    }

    @Test("A gateway's clock may be a second ahead, and no more")
    func skew() throws {
        #expect(try refusal(["t=1761000001.500"]) == nil)
        #expect(try refusal(["t=1761000001.501"]) == .startInvalid)
    }

    @Test("Without a deadline the field is the client's own")
    func unconfigured() throws {
        #expect(try refusal([], deadline: nil) == nil)
        #expect(try refusal(["x", "y"], deadline: nil) == nil)
    }
}

import Testing
import Wire

/// Frames that carry evidence: malformed ones first, each with the error it must give.
@Suite struct EvidenceFrameTests {
    /// A request of three parts of 8 bytes without a principal, after evidence of these bytes.
    private func frame(_ parts: [UInt8], length: Int? = nil, kind: UInt8 = 8) -> [UInt8] {
        let item =
            bytes("00000000 08000000 08000000 00000000")
            + [UInt8](repeating: 0x22, count: 8) + [UInt8](repeating: 0x33, count: 8)
        var frame = bytes("00000000 01 00 0000 0700000000000000 00000000 00000000 0000000000000000")
        frame[5] = kind
        if kind == 9 { frame[20] = 1 }
        frame += littleEndian(length ?? parts.count) + [0, 0, 0, 0] + parts + item
        frame.replaceSubrange(0..<4, with: littleEndian(frame.count))
        return frame
    }

    private func littleEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A part with its padding.
    private func part(_ kind: UInt8, _ text: String, count: Int? = nil) -> [UInt8] {
        let content = Array(text.utf8)
        return [kind, 0, 0, 0] + littleEndian(count ?? content.count) + content
            + [UInt8](repeating: 0, count: (8 - content.count % 8) % 8)
    }

    @Test func malformed() {
        let token = part(7, "token")
        let rows: [(String, [UInt8], FrameError)] = [
            ("length of 4", frame(token, length: 4), .evidenceNotAligned),
            ("length beyond the frame", frame(token, length: 1 << 20), .evidenceTooLong),
            ("length of all ones", frame(token, length: 0xFFFF_FFF8), .evidenceTooLong),
            ("length up to the end, items and all", frame(token, length: 48), .unknownEvidence),
            ("kind 0", frame(part(0, "x")), .unknownEvidence),
            ("kind 12", frame(part(12, "x")), .unknownEvidence),
            (
                "kind beyond a byte", frame([7, 1, 0, 0, 1, 0, 0, 0] + part(7, "x")),
                .unknownEvidence
            ),
            ("empty part", frame(part(7, "")), .emptyEvidence),
            ("part beyond the evidence", frame(part(7, "token", count: 9)), .evidenceTooLong),
            ("part of all ones", frame(part(7, "token", count: 0xFFFF_FFFF)), .evidenceTooLong),
            ("padding", frame(part(7, "token\u{1}", count: 5)), .paddingNotZero),
            ("twice", frame(token + token), .evidenceOrder),
            ("wrong order", frame(part(9, "::1") + token), .evidenceOrder),
            ("two certificates", frame(part(1, "0") + part(2, "x")), .evidenceConflict),
            ("two tokens", frame(token + part(11, "{}")), .evidenceConflict),
            ("chain without leaf", frame(part(4, "x")), .evidenceConflict),
            ("chain after another form", frame(part(2, "x") + part(4, "x")), .evidenceConflict),
        ]
        for (name, frame, error) in rows {
            #expect(requestError(frame) == error, "\(name)")
        }
    }

    @Test func reservedFieldsAreZero() {
        var bytes = frame(part(7, "token"))
        for offset in 36..<40 {
            bytes[offset] = 1
            #expect(requestError(bytes) == .reservedNotZero)
            bytes[offset] = 0
        }
        #expect(requestError(bytes) == nil)
    }

    @Test func truncatedAtEachMultipleOfEight() {
        let whole = frame(part(1, "certificate") + part(7, "token"))
        for count in stride(from: 16, to: whole.count, by: 8) {
            var cut = Array(whole[..<count])
            cut[0] = UInt8(count)
            #expect(requestError(cut) != nil, "\(count) bytes")
        }
        for kind: UInt8 in [8, 9] {
            #expect(requestError(frame(part(7, "token"), kind: kind)) == nil)
        }
    }

    /// Only beside evidence may the principal be left out.
    @Test func otherFramesNameTheirPrincipal() {
        var plain = frame([])
        plain.removeSubrange(32..<40)
        plain[0] = UInt8(plain.count)
        plain[5] = 1
        #expect(requestError(plain) == .emptyItemPart)
        #expect(requestError(frame([])) == nil)
    }

    /// The bytes of such a frame, digit by digit: what other implementations rely on.
    @Test func golden() {
        let written = written { buffer in
            let start = buffer.beginDecideEvidence(requestID: 7)
            buffer.beginEvidence(
                partBytes: EvidencePart.encodedBytes(9) + EvidencePart.encodedBytes(3))
            buffer.appendEvidence(.certificateChain, unsafe "chain-der".utf8Span.span.bytes)
            buffer.appendEvidence(.sourceIP, unsafe "::1".utf8Span.span.bytes)
            let (action, resource) = (
                [UInt8](repeating: 0x22, count: 8), [UInt8](repeating: 0x33, count: 8)
            )
            let none: [UInt8] = []
            unsafe buffer.appendItem(
                principal: none.span.bytes, action: action.span.bytes,
                resource: resource.span.bytes, context: none.span.bytes)
            buffer.finishFrame(startingAt: start)
        }
        #expect(
            written
                == bytes(
                    """
                    70000000 01 08 0000 0700000000000000
                    00000000 00000000 0000000000000000
                    28000000 00000000
                    01000000 09000000 636861696e2d646572 00000000000000
                    09000000 03000000 3a3a31 0000000000
                    00000000 08000000 08000000 00000000
                    2222222222222222 3333333333333333
                    """))
        withRegion(written) { region in
            guard let header = try? FrameHeader.parse(region, limits: FrameLimits()),
                let request = try? DecideFrame.parse(header, frame: region, limits: FrameLimits())
            else {
                Issue.record("the frame is not well formed")
                return
            }
            var parts: [(EvidencePart, String?)] = []
            request.evidence.forEachPart { parts.append(($0, $1.text())) }
            #expect(parts.map(\.0) == [.certificateChain, .sourceIP])
            #expect(parts.map(\.1) == ["chain-der", "::1"])
            #expect(request.firstItem.principal.count == 0)
            #expect(request.firstItem.action.byte(at: 0) == 0x22)
        }
    }

    @Test func kindsAreStable() {
        #expect(EvidencePart.allCases.map(\.rawValue) == Array(1...11))
        #expect(requestError(frame(part(9, "::1") + part(11, "{}"))) == nil)
    }
}

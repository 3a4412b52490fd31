import Testing

@testable import LMDB

@Suite struct LMDBErrorTests {
    @Test(arguments: [
        (LMDBError.Code.mapFull, "cannot test: the map is full: abort, grow the map and repeat"),
        (.keyTooLong, "cannot test: the key is longer than 511 bytes"),
        (.noSuchFile, "cannot test: no such file or directory"),
        (.init(rawValue: 40), "cannot test: too many levels of symbolic links (40)"),
    ])
    func speaks(code: LMDBError.Code, words: String) {
        #expect("\(LMDBError(code, "test"))" == words)
    }

    @Test func hasWordsForEveryCodeOfTheLibrary() {
        for code in -30799 ... -30780 as ClosedRange<Int32> {
            #expect(!"\(LMDBError.Code(rawValue: code))".isEmpty)
        }
    }

    @Test func comparesByCode() {
        #expect(LMDBError(.mapFull, "one") == LMDBError(.mapFull, "two"))
        #expect(LMDBError(.mapFull, "one") != LMDBError(.noSpace, "one"))
        switch LMDBError(.mapFull, "one") {
        case LMDBError.Code.mapFull: break
        default: Issue.record("a code matches its error")
        }
    }

    @Test func namesTheOtherWriter() {
        #expect(
            "\(WriterLock.Refusal.held(by: 12))"
                == "the store is being written by process 12: wait for it or stop it")
    }
}

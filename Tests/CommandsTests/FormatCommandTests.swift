import Foundation
import Testing

@Suite("writ format")
struct FormatCommandTests {
    private let workplace: Workplace
    private let untidy = "permit(principal,action,resource)when{true // why\n};"
    private let tidy = """
        permit (principal, action, resource)
        when
        {
          true // why
        };

        """

    init() throws { workplace = try Workplace() }

    private func format(_ arguments: [String], input: String = "") throws -> WritProgram.Outcome {
        try WritProgram.run(["format"] + arguments, in: workplace, input: Array(input.utf8))
    }

    @Test("What does not parse ends with 1, shows the place and changes nothing")
    func refused() throws {
        let bad = "permit (principal, action);\n"
        try workplace.write("bad.cedar", bad)
        try workplace.write("untidy.cedar", untidy)
        for arguments in [
            ["-p", "bad.cedar"], ["--check", "bad.cedar"], ["--write", "bad.cedar"],
            ["--write", "bad.cedar", "untidy.cedar"],
        ] {
            let run = try format(arguments)
            #expect(run.status == 1)
            #expect(run.errors.contains("bad.cedar:1:26"), "\(run.errors)")
            #expect(run.output == "")
            #expect(workplace.text("bad.cedar") == bad)
        }
        #expect(workplace.text("untidy.cedar") == tidy, "the other file is formatted")
        let input = try format([], input: "permit (")
        #expect(input.status == 1)
        #expect(input.errors.contains("standard input:1:9"), "\(input.errors)")
    }

    @Test("Wrong usage ends with 1 and says what to do")
    func usage() throws {
        try workplace.write("a.cedar", untidy)
        try workplace.write("b.cedar", untidy)
        try workplace.makeFolder("empty")
        for (arguments, words) in [
            (["-l", "0"], "--line-width must be from 1"),
            (["-l", "1000001"], "--line-width must be from 1 to 1000000"),
            (["-l", "x"], "is invalid"),
            (["--indent-width=-1"], "--indent-width must be from 0"),
            (["-i", "101"], "--indent-width must be from 0 to 100"),
            (["-w"], "--write needs a file"),
            (["-w", "-c", "a.cedar"], "exclude each other"),
            (["--json", "a.cedar"], "--json goes with --check"),
            (["a.cedar", "b.cedar"], "2 files cannot be printed"),
            (["--check", "none.cedar"], "cannot read `none.cedar`"),
            (["empty"], "there is no `.cedar` file in `empty`"),
        ] {
            let run = try format(arguments)
            #expect(run.status != 0, "\(arguments)")
            #expect(run.errors.contains(words), "\(arguments): \(run.errors)")
            #expect(run.output == "")
        }
        #expect(workplace.text("a.cedar") == untidy)
    }

    @Test(
        "A file that cannot be written is left as it is",
        .enabled(if: getuid() != 0, "root may write everywhere"))
    func unwritable() throws {
        try workplace.makeFolder("closed")
        try workplace.write("closed/a.cedar", untidy)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o500], ofItemAtPath: workplace.path("closed"))
        defer {
            try? FileManager.default.setAttributes(
                [.posixPermissions: 0o700], ofItemAtPath: workplace.path("closed"))
        }
        let run = try format(["-w", "closed/a.cedar"])
        #expect(run.status == 1)
        #expect(run.errors.contains("cannot write `"), "\(run.errors)")
        #expect(workplace.text("closed/a.cedar") == untidy)
    }

    @Test("The formatted text goes to standard output")
    func printed() throws {
        try workplace.write("a.cedar", untidy)
        for run in [
            try format([], input: untidy), try format(["-p", "a.cedar"]), try format(["a.cedar"]),
        ] {
            #expect(run.status == 0)
            #expect(run.output == tidy)
            #expect(run.errors == "")
        }
        #expect(workplace.text("a.cedar") == untidy)
        let wide = try format(["-l", "20", "-i", "3"], input: untidy)
        #expect(
            wide.output == """
                permit
                (principal, action, resource)
                when
                {
                   true // why
                };

                """)
    }

    @Test("--write changes what is not formatted, and nothing else of the file")
    func written() throws {
        try workplace.write("a.cedar", untidy)
        try workplace.write("target.cedar", untidy)
        try FileManager.default.createSymbolicLink(
            atPath: workplace.path("link.cedar"), withDestinationPath: "target.cedar")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: workplace.path("a.cedar"))
        let run = try format(["-w", "-p", "a.cedar", "link.cedar"])
        #expect(run.status == 0)
        #expect(run.output + run.errors == "")
        #expect(workplace.text("a.cedar") == tidy)
        #expect(workplace.text("target.cedar") == tidy)
        let attributes = try FileManager.default.attributesOfItem(
            atPath: workplace.path("a.cedar"))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        let link = try FileManager.default.destinationOfSymbolicLink(
            atPath: workplace.path("link.cedar"))
        #expect(link == "target.cedar")
        let names = try FileManager.default.contentsOfDirectory(atPath: workplace.path)
        #expect(!names.contains { $0.hasSuffix(".new") })
    }

    @Test("--check lists what would change and ends with 1, or says nothing and ends with 0")
    func checked() throws {
        try workplace.makeFolder("policies")
        try workplace.makeFolder("policies/deeper")
        try workplace.makeFolder("policies/.hidden")
        try workplace.write("policies/tidy.cedar", tidy)
        try workplace.write("policies/b.cedar", untidy)
        try workplace.write("policies/deeper/a.cedar", untidy)
        try workplace.write("policies/.hidden/a.cedar", untidy)
        try workplace.write("policies/notes.txt", "no policy")
        let changed = try format(["--check", "policies"])
        #expect(changed.status == 1)
        #expect(changed.output == "policies/b.cedar\npolicies/deeper/a.cedar\n")
        #expect(changed.errors == "")
        let json = try format(["-c", "--json", "policies"])
        #expect(json.status == 1)
        #expect(
            json.output
                == #"{"checked":3,"wouldChange":["policies/b.cedar","policies/deeper/a.cedar"]}"#
                + "\n")
        #expect(try format(["--check"], input: untidy).status == 1)
        #expect(workplace.text("policies/b.cedar") == untidy)

        #expect(try format(["--write", "policies/"]).status == 0)
        let tidied = try format(["--check", "--json", "policies"])
        #expect(tidied.status == 0)
        #expect(tidied.output == #"{"checked":3,"wouldChange":[]}"# + "\n")
        #expect(try format(["--check"], input: tidy).output == "")
        #expect(workplace.text("policies/.hidden/a.cedar") == untidy)
    }
}

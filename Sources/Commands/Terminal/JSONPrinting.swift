import ArgumentParser
import CedarSyntax

/// A command that prints for programs when it is asked to by `--json`: what goes wrong as well then.
///
/// Failures and wrong usage are JSON objects on standard error, one a line, in the form of
/// ``ErrorFormat/json``; standard output holds results only. Every command that has the flag is one.
protocol JSONPrinting: AsyncParsableCommand {
    var json: Bool { get }
}

extension JSONPrinting {
    /// Tells on standard error what is no failure.
    func report(warning: Failure) {
        printError(warning.rendered(json ? .json : .human, as: .warning))
    }
}

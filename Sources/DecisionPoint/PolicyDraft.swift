import CedarEngine
import CedarSchema
import CedarSyntax

/// A file that was read whole.
struct PolicyFile {
    let name: String
    let bytes: [UInt8]

    /// A failure at places in this file, with the source underlined.
    func failure(_ diagnostics: [Diagnostic]) -> PolicySource.Failure {
        PolicySource.Failure([
            PolicySource.Failure.Finding(file: name, source: bytes, diagnostics: diagnostics)
        ])
    }

    func failure(_ error: DataError) -> PolicySource.Failure {
        failure([
            Diagnostic(
                span: SourceSpan(error.offset, error.offset + 1), message: error.message)
        ])
    }
}

/// A policy set in the making: the policies and links of several files.
struct PolicyDraft {
    private var members: [PolicySet.Member] = []
    private var files: [PolicyFile] = []
    /// The name of the file that an id comes from.
    private var places: [Text: String] = [:]
    /// Of each policy, the index of its file.
    private var owners: [Text: Int] = [:]
    /// The links that files of policies hold, and those of files of links.
    private var links: [(listed: TemplateLink.Listed, file: PolicyFile)] = []
    private var version: UInt64 = 0

    /// Adds the policies of a file, and its links if it is JSON.
    mutating func add(_ file: PolicyFile) throws(PolicySource.Failure) {
        let parsed = file.name.hasSuffix(".json") ? try json(file) : try text(file)
        for member in parsed.members { owners[member.id] = files.count }
        for link in parsed.links {
            links.append((TemplateLink.Listed(link: link, offset: 0), file))
        }
        members += parsed.members
        files.append(file)
        version = version &* 31 &+ FlatHash.bytes(file.bytes)
    }

    private mutating func text(_ file: PolicyFile) throws(PolicySource.Failure) -> PolicySet {
        do throws(Diagnostics) {
            return try PolicySet.parse(file.bytes)
                .named(after: members.count, taken: &places, in: file.name)
        } catch {
            throw file.failure(error.all)
        }
    }

    private mutating func json(_ file: PolicyFile) throws(PolicySource.Failure) -> PolicySet {
        let parsed: PolicySet
        do throws(DataError) {
            parsed = try PolicySet.parse(jsonPolicyOrSet: file.bytes)
        } catch {
            throw file.failure(error)
        }
        for member in parsed.members {
            if let other = places.updateValue(file.name, forKey: member.id) {
                throw file.failure([
                    Diagnostic(
                        span: member.policy.span,
                        message: "the policy id `\(member.id)` is used twice, first in "
                            + "`\(other)`",
                        help: "give each policy an id of its own")
                ])
            }
        }
        return parsed
    }

    /// Adds the links of a file.
    mutating func add(links file: PolicyFile) throws(PolicySource.Failure) {
        do throws(DataError) {
            links += try TemplateLink.parse(file: file.bytes).map { ($0, file) }
        } catch {
            throw file.failure(error)
        }
        version = version &* 31 &+ FlatHash.bytes(file.bytes)
    }

    /// Links, validates and compiles all of it.
    ///
    /// - Parameters:
    ///   - schemaFile: what policies and requests must conform to.
    ///   - reserved: the member of contexts that is not the caller's, whatever the schema declares.
    ///   - obligations: what annotations may ask for.
    ///   - plansSearch: whether entities are searched for.
    consuming func ruleset(
        _ schemaFile: PolicyFile?, reserved: Text?,
        obligations: ObligationRules = ObligationRules(), plansSearch: Bool = false
    ) throws(PolicySource.Failure) -> Ruleset {
        try judgeObligations(obligations)
        var set = PolicySet(members: members)
        do throws(PolicySet.FailedLink) {
            try set.link(links.map(\.listed.link))
        } catch {
            let (listed, file) = links[error.index]
            throw file.failure(
                DataError(offset: listed.offset, message: error.reason.message))
        }
        var schema: Schema?
        if let schemaFile {
            version = version &* 31 &+ FlatHash.bytes(schemaFile.bytes)
            do throws(Diagnostics) {
                schema = try Schema.parse(schemaFile.bytes)
            } catch {
                throw schemaFile.failure(error.all)
            }
        }
        if let schema { try validate(set, schema) }
        do throws(CompileError) {
            return try Ruleset(
                set, version: version,
                schema: try schema.map { (schema) throws(CompileError) in
                    try CompiledSchema(reserved.map(schema.withoutContextMember) ?? schema)
                }, plansSearch: plansSearch)
        } catch {
            let names = files.map { "`\($0.name)`" }.joined(separator: ", ")
            throw PolicySource.Failure(description: "\(names): \(error.message)")
        }
    }

    /// Refuses annotations that ask for what nobody fulfils, all of them at once.
    private func judgeObligations(_ rules: ObligationRules) throws(PolicySource.Failure) {
        var errors: [[Diagnostic]] = Array(repeating: [], count: files.count)
        var fields: Set<[UInt8]> = []
        for member in members {
            guard let owner = owners[member.id] else { continue }
            let read = PolicyObligations.read(member.policy, rules)
            errors[owner] += read.problems
            guard member.policy.effect == .permit else { continue }
            let known = fields.count
            fields.formUnion(read.obligations.fields)
            if known <= ObligationRules.maximumRequestFields,
                fields.count > ObligationRules.maximumRequestFields,
                let place = member.policy.annotations.first(where: { $0.key == "header" })
            {
                errors[owner].append(
                    Diagnostic(
                        span: place.span,
                        message: "permits set more than \(ObligationRules.maximumRequestFields) "
                            + "different header fields"))
            }
        }
        let findings = zip(files, errors).filter { !$1.isEmpty }.flatMap { $0.failure($1).findings }
        guard findings.isEmpty else { throw PolicySource.Failure(findings) }
    }

    /// Refuses policies and links that are not valid, all of them at once.
    private func validate(_ set: PolicySet, _ schema: Schema) throws(PolicySource.Failure) {
        var templates: [Text: Text] = [:]
        for link in set.links { templates[link.newID] = link.templateID }
        var errors: [[Diagnostic]] = Array(repeating: [], count: files.count)
        for finding in Validator(schema).validate(set)
        where finding.diagnostic.severity == .error {
            var diagnostic = finding.diagnostic
            let template = templates[finding.policy]
            if let template {
                diagnostic.message =
                    "link `\(finding.policy)` of the template `\(template)`: "
                    + diagnostic.message
            }
            guard let owner = owners[template ?? finding.policy] else { continue }
            errors[owner].append(diagnostic)
        }
        let findings = zip(files, errors).filter { !$1.isEmpty }.flatMap { $0.failure($1).findings }
        guard findings.isEmpty else { throw PolicySource.Failure(findings) }
    }
}

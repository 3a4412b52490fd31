import BenchSupport
import CedarSyntax

/// Makes graphs of the shape of the paper's: every possible relation holds with one probability, so
/// larger graphs are denser as well.
enum PaperGenerator {
    static let probability = 0.05
    private static let graphCount = 20
    private static let requestCount = 500

    static func suite(_ application: PaperSuite.Application, _ size: Int) throws -> PaperSuite {
        var random = SeededRandom(seed: 2024 &+ UInt64(size))
        let graphs = (0..<graphCount).map { _ in
            switch application {
            case .gdrive: GDriveGraph.make(size, requestCount, &random)
            case .github: GitHubGraph.make(size, requestCount, &random)
            case .tinytodo: TinyTodoGraph.make(size, requestCount, &random)
            }
        }
        return PaperSuite(
            application: application, size: size,
            policies: try PolicySet.parse(PaperPolicies.text(of: application)), graphs: graphs,
            isRecorded: false)
    }
}

extension SeededRandom {
    /// The numbers below a bound that are drawn, each with a probability.
    mutating func some(of count: Int, _ probability: Double) -> [Int] {
        (0..<count).filter { _ in chance(probability) }
    }
}

extension EntityUID {
    init(_ type: String, _ id: String) { self.init(type: Text(type), id: Text(id)) }

    static func action(_ id: String) -> EntityUID { EntityUID("Action", id) }
}

/// Users, groups, and documents in folders, shared through views.
private enum GDriveGraph {
    static func make(_ size: Int, _ requestCount: Int, _ random: inout SeededRandom) -> PaperGraph {
        let one = PaperGenerator.probability
        var entities: [Entity] = []
        var members = [[Int]](repeating: [], count: size)
        for user in 0..<size {
            let groups = random.some(of: size, one)
            for group in groups { members[group].append(user) }
            let documents = random.some(of: size, one).map { Value.entity(document($0)) }
            let folders = random.some(of: size, one).map { Value.entity(folder($0)) }
            entities.append(
                Entity(
                    uid: self.user(user),
                    attributes: [
                        ("documentsAndFoldersWithViewAccess", .entity(userView(user))),
                        ("ownedDocuments", .set(documents)), ("ownedFolders", .set(folders)),
                    ],
                    parents: groups.map { EntityUID("Group", "group_\($0)") }))
            entities.append(Entity(uid: userView(user)))
        }
        for group in 0..<size {
            entities.append(Entity(uid: EntityUID("Group", "group_\(group)")))
            entities.append(
                Entity(uid: groupView(group), parents: members[group].map { userView($0) }))
        }
        for index in 0..<size {
            var above = random.some(of: index, one).map { folder($0) }
            above += random.some(of: size, one).map { userView($0) }
            above += random.some(of: size, one).map { groupView($0) }
            entities.append(Entity(uid: folder(index), parents: above))
        }
        for index in 0..<size {
            var above = random.some(of: size, one).map { folder($0) }
            above += random.some(of: size, one).map { userView($0) }
            above += random.some(of: size, one).map { groupView($0) }
            entities.append(
                Entity(
                    uid: document(index), attributes: [("isPublic", .bool(random.chance(0.5)))],
                    parents: above))
        }
        let names = ["read", "write", "share", "changeOwner", "createDocument"]
        entities += names.map { Entity(uid: .action($0)) }
        let requests = (0..<requestCount).map { _ in
            let name = names[random.below(names.count)]
            let target = random.below(size)
            return PaperRequest(
                principal: user(random.below(size)), action: .action(name),
                resource: name == "createDocument" ? folder(target) : document(target))
        }
        return PaperGraph(entities: entities, requests: requests)
    }

    private static func user(_ index: Int) -> EntityUID { EntityUID("User", "user_\(index)") }
    private static func document(_ index: Int) -> EntityUID {
        EntityUID("Document", "doc_\(index)")
    }
    private static func folder(_ index: Int) -> EntityUID { EntityUID("Folder", "folder_\(index)") }
    private static func userView(_ index: Int) -> EntityUID { EntityUID("View", "User \(index)") }
    private static func groupView(_ index: Int) -> EntityUID { EntityUID("View", "Group \(index)") }
}

/// Users in teams, with permissions on repositories of organizations.
private enum GitHubGraph {
    private static let roles = ["readers", "triagers", "writers", "maintainers", "admins"]
    private static let organizationRoles = ["readers", "writers", "admins"]

    static func make(_ size: Int, _ requestCount: Int, _ random: inout SeededRandom) -> PaperGraph {
        let one = PaperGenerator.probability
        var entities: [Entity] = []
        for index in 0..<size {
            let permissions = organizationRoles.map { permission("Org", "org_\(index)", $0) }
            entities.append(
                Entity(
                    uid: organization(index),
                    attributes: zip(organizationRoles, permissions).map {
                        (Text($0), .entity($1))
                    },
                    parents: somePermissions("Org", "org", organizationRoles, size, one, &random)))
            entities += permissions.map { Entity(uid: $0) }
        }
        for index in 0..<size {
            let permissions = roles.map { permission("Repo", "repo_\(index)", $0) }
            let owner = organization(random.below(size))
            entities.append(
                Entity(
                    uid: EntityUID("Repository", "repo_\(index)"),
                    attributes: zip(roles, permissions).map { (Text($0), .entity($1)) }
                        + [("owner", .entity(owner))]))
            entities += permissions.map { Entity(uid: $0) }
        }
        for index in 0..<size {
            let teams = random.some(of: index, one).map { EntityUID("Team", "team_\($0)") }
            let granted = somePermissions("Repo", "repo", roles, size, one, &random)
            entities.append(
                Entity(uid: EntityUID("Team", "team_\(index)"), parents: teams + granted))
        }
        for index in 0..<size {
            var above = random.some(of: size, one).map { EntityUID("Team", "team_\($0)") }
            above += random.some(of: size, one).map { organization($0) }
            above += somePermissions("Repo", "repo", roles, size, one, &random)
            above += somePermissions("Org", "org", organizationRoles, size, one, &random)
            entities.append(Entity(uid: EntityUID("User", "user_\(index)"), parents: above))
        }
        let names = ["read", "triage", "write", "maintain", "admin"]
        entities += names.enumerated().map { index, name in
            Entity(
                uid: .action(name),
                parents: index + 1 < names.count ? [.action(names[index + 1])] : [])
        }
        let requests = (0..<requestCount).map { _ in
            PaperRequest(
                principal: EntityUID("User", "user_\(random.below(size))"),
                action: .action(names[random.below(names.count)]),
                resource: EntityUID("Repository", "repo_\(random.below(size))"))
        }
        return PaperGraph(entities: entities, requests: requests)
    }

    private static func somePermissions(
        _ kind: String, _ prefix: String, _ roles: [String], _ size: Int, _ probability: Double,
        _ random: inout SeededRandom
    ) -> [EntityUID] {
        random.some(of: size, probability).map {
            permission(kind, "\(prefix)_\($0)", roles[random.below(roles.count)])
        }
    }

    private static func organization(_ index: Int) -> EntityUID {
        EntityUID("Organization", "org_\(index)")
    }

    private static func permission(_ kind: String, _ owner: String, _ role: String) -> EntityUID {
        EntityUID("\(kind)Permission", "\(owner)_\(role)")
    }
}

/// Users in teams with lists of tasks.
private enum TinyTodoGraph {
    private static let listActions = [
        "GetList", "UpdateList", "DeleteList", "CreateTask", "UpdateTask", "DeleteTask",
        "EditShares",
    ]

    static func make(_ size: Int, _ requestCount: Int, _ random: inout SeededRandom) -> PaperGraph {
        let one = PaperGenerator.probability
        let application = EntityUID("Application", "TinyTodo")
        var entities = [Entity(uid: application)]
        for index in 0..<size {
            let teams = random.some(of: size, one).map { team($0) }
            entities.append(
                Entity(uid: EntityUID("User", "user_\(index)"), parents: teams + [application]))
        }
        for index in 0..<size {
            let teams = random.some(of: index, one).map { team($0) }
            entities.append(Entity(uid: team(index), parents: teams + [application]))
        }
        for index in 0..<size {
            let tasks = (0..<random.below(51)).map { _ in
                Value.record([
                    ("id", .long(Int64(random.below(1_000_000)))),
                    ("name", .string(Text("task_\(random.below(1_000_000))"))),
                    ("state", .string(random.chance(0.5) ? "Checked" : "Unchecked")),
                ])
            }
            entities.append(
                Entity(
                    uid: EntityUID("List", "list_\(index)"),
                    attributes: [
                        ("name", .string(Text("list_\(index)"))),
                        ("owner", .entity(EntityUID("User", "user_\(random.below(size))"))),
                        ("readers", .entity(team(random.below(size)))),
                        ("editors", .entity(team(random.below(size)))),
                        ("tasks", .set(tasks)),
                    ],
                    parents: [application]))
        }
        let names = listActions + ["CreateList", "GetLists"]
        entities += names.map { Entity(uid: .action($0)) }
        let requests = (0..<requestCount).map { _ in
            let name = names[random.below(names.count)]
            let list = EntityUID("List", "list_\(random.below(size))")
            return PaperRequest(
                principal: EntityUID("User", "user_\(random.below(size))"),
                action: .action(name),
                resource: listActions.contains(name) ? list : application)
        }
        return PaperGraph(entities: entities, requests: requests)
    }

    private static func team(_ index: Int) -> EntityUID { EntityUID("Team", "team_\(index)") }
}

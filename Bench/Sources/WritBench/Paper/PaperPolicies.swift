/// The paper's policies, for graphs that are made here.
///
/// Source: cedar-policy/cedar-examples, `oopsla2024-benchmarks` (Apache-2.0), without comments.
enum PaperPolicies {
    static func text(of application: PaperSuite.Application) -> String {
        switch application {
        case .gdrive: gdrive
        case .github: github
        case .tinytodo: tinytodo
        }
    }

    private static let gdrive = """
        permit (principal, action == Action::"read", resource)
        when { resource in principal.documentsAndFoldersWithViewAccess };
        permit (principal, action == Action::"read", resource)
        when { resource.isPublic };
        permit (
          principal, action in [Action::"read", Action::"write", Action::"share"], resource
        )
        when { resource in principal.ownedDocuments || resource in principal.ownedFolders };
        permit (principal, action == Action::"changeOwner", resource)
        when { principal.ownedDocuments.contains(resource) };
        permit (principal, action == Action::"createDocument", resource)
        when { principal.ownedFolders.contains(resource) };
        """

    private static let github = """
        permit (principal, action == Action::"read", resource)
        when { principal in resource.readers };
        permit (principal, action in Action::"triage", resource)
        when { principal in resource.triagers };
        permit (principal, action in Action::"write", resource)
        when { principal in resource.writers };
        permit (principal, action in Action::"maintain", resource)
        when { principal in resource.maintainers };
        permit (principal, action in Action::"admin", resource)
        when { principal in resource.admins };
        permit (principal, action == Action::"read", resource)
        when { principal in resource.owner.readers };
        permit (principal, action in Action::"write", resource)
        when { principal in resource.owner.writers };
        permit (principal, action in Action::"admin", resource)
        when { principal in resource.owner.admins };
        """

    private static let tinytodo = """
        permit (
          principal, action in [Action::"CreateList", Action::"GetLists"],
          resource == Application::"TinyTodo"
        );
        permit (principal, action, resource)
        when { resource has owner && resource.owner == principal };
        permit (principal, action == Action::"GetList", resource)
        when { principal in resource.readers || principal in resource.editors };
        permit (
          principal,
          action in [
            Action::"UpdateList", Action::"CreateTask", Action::"UpdateTask", Action::"DeleteTask"
          ],
          resource
        )
        when { principal in resource.editors };
        """
}

// `EntityID` and `CedarValue` are part of this library's interface.
@_exported public import CedarValues
// So are `Decision`, `Cause` and `RefusalReason`.
@_exported public import Wire

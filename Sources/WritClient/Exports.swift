// `Decision`, `Cause` and `RefusalReason` are part of this library's interface.
@_exported public import Wire

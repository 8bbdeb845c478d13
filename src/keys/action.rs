//! What a key can mean. A screen acts on these and never on a key.

/// An action, named as an imperative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// 帮助
    Help,
    /// 新建
    New,
    /// 查找
    Find,
    /// 筛选; in a form, show the options of a field.
    Options,
    /// 刷新
    Refresh,
    /// 换窗格
    NextPane,
    /// The pane before.
    PreviousPane,
    /// 选组织、选团员
    Pick,
    /// 办理; in a form, 提交.
    Decide,
    /// 导出
    Export,
    /// 打印
    Print,
    /// 菜单
    Menu,
    /// 打开、确定、下一项
    Enter,
    /// 返回
    Back,
    /// One row or field up.
    Up,
    /// One row or field down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// First row, or start of the line.
    First,
    /// Last row, or end of the line.
    Last,
    /// Remove the character before the cursor.
    Backspace,
    /// Remove the character after the cursor.
    Delete,
    /// Mark the row.
    Mark,
    /// Mark while moving up.
    MarkUp,
    /// Mark while moving down.
    MarkDown,
    /// Mark every row of the view.
    MarkAll,
    /// The view after this one.
    NextView,
    /// The view before.
    PreviousView,
    /// 排序
    Sort,
    /// 存草稿
    Save,
    /// 撤销
    Undo,
    /// 重做
    Redo,
    /// 同上一单
    SameAsLast,
    /// Empty the field.
    Clear,
    /// Show the numbers of one record in the clear for ten seconds.
    Reveal,
    /// 锁屏
    Lock,
    /// 退出
    Quit,
    /// 重画
    Redraw,
    /// Take the numbered choice of a popup.
    Choose(u8),
}

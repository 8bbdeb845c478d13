//! The export of transfers: the seven columns of the official list first, in its order and words.

use super::export::{Disclosure, ExportColumn};
use super::registers::columns;
use crate::domain::id_number::mask_id;
use crate::domain::phone::mask_phone;

/// What the official list writes in its last column.
const ACTION: &str = "查看";

/// Columns of the export, in the order of [`transfer_cells`].
pub const TRANSFER_COLUMNS: &[ExportColumn] = columns! {
    "transferee" "转出人" 12
    "origin" "转出团组织" 50
    "destination" "转入团组织" 50
    "applied_at" "申请时间" 19
    "done_at" "完成时间" 19
    "stage" "处理状态" 14
    "action" "操作" 6
    "number" "编号" 18
    "id_number" "身份证号" 20
    "phone" "手机号码" 14
    "reason" "转出原因" 30
    "initiated_by" "发起方" 10
    "contact_phone" "联系方式" 14
    "external_system" "是否属于北京/广东/福建" 22
    "further_study" "毕业去向" 30
    "school" "新学校名称" 24
    "employer" "工作单位名称" 24
    "address" "详细地址" 40
    "remark" "备注" 30
    "placed_in" "接收团支部" 50
    "closing_reason" "退回原因" 30
};

/// A transfer as it is exported: texts as people read them, times as local `YYYY-MM-DD` or
/// `YYYY-MM-DD HH:MM:SS`. Every text may be empty.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TransferExportRow {
    /// 转出人
    pub transferee: String,
    /// Full name of 转出团组织.
    pub origin: String,
    /// Full name of 转入团组织.
    pub destination: String,
    /// 申请时间
    pub applied_at: String,
    /// 完成时间
    pub done_at: String,
    /// 处理状态 as the screen shows it.
    pub stage: String,
    /// Number of the transfer.
    pub number: String,
    /// ID number, in the clear or masked already.
    pub id_number: String,
    /// Telephone of the transferee, in the clear or masked already.
    pub phone: String,
    /// Label of 转出原因.
    pub reason: String,
    /// Label of whose request it is.
    pub initiated_by: String,
    /// 常用联系人的联系方式, a person's number: masked like the telephone.
    pub contact_phone: String,
    /// 北京, 广东, 福建 or 否.
    pub external_system: String,
    /// Label of 毕业去向.
    pub further_study: String,
    /// 新学校名称
    pub school: String,
    /// 工作单位名称
    pub employer: String,
    /// Address.
    pub address: String,
    /// 备注
    pub remark: String,
    /// Full name of the branch that the member was placed in.
    pub placed_in: String,
    /// Reason of a return, withdrawal or lapse.
    pub closing_reason: String,
}

/// A row of the export. Masking a number that is masked already changes nothing.
pub fn transfer_cells(row: TransferExportRow, disclosure: Disclosure) -> Vec<String> {
    let (id_number, phone, contact_phone) = match disclosure {
        Disclosure::Full => (row.id_number, row.phone, row.contact_phone),
        Disclosure::Masked => {
            (mask_id(&row.id_number), mask_phone(&row.phone), mask_phone(&row.contact_phone))
        }
    };
    vec![
        row.transferee,
        row.origin,
        row.destination,
        row.applied_at,
        row.done_at,
        row.stage,
        ACTION.to_owned(),
        row.number,
        id_number,
        phone,
        row.reason,
        row.initiated_by,
        contact_phone,
        row.external_system,
        row.further_study,
        row.school,
        row.employer,
        row.address,
        row.remark,
        row.placed_in,
        row.closing_reason,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::testing::id;
    use super::*;

    fn row() -> TransferExportRow {
        TransferExportRow {
            transferee: "王凡".to_owned(),
            applied_at: "2020-03-06".to_owned(),
            done_at: "2020-03-06".to_owned(),
            stage: "已完成".to_owned(),
            number: "ZJ20200602-0013".to_owned(),
            id_number: id(7),
            phone: "18625201029".to_owned(),
            closing_reason: "最后一列".to_owned(),
            ..TransferExportRow::default()
        }
    }

    #[test]
    fn the_official_columns_come_first() {
        let headers: Vec<_> = TRANSFER_COLUMNS.iter().map(|column| column.header).collect();
        let official =
            ["转出人", "转出团组织", "转入团组织", "申请时间", "完成时间", "处理状态", "操作"];
        assert_eq!(headers[..7], official);
        let cells = transfer_cells(row(), Disclosure::Masked);
        assert_eq!(cells.len(), headers.len());
        assert_eq!(cells[..7], ["王凡", "", "", "2020-03-06", "2020-03-06", "已完成", "查看"]);
        assert_eq!(cells.last().map(String::as_str), Some("最后一列"));
        let ids: std::collections::HashSet<_> = TRANSFER_COLUMNS.iter().map(|c| c.id).collect();
        assert_eq!(ids.len(), headers.len());
    }

    #[test]
    fn numbers_are_masked_unless_in_full() {
        let at = TRANSFER_COLUMNS.iter().position(|c| c.id == "id_number").unwrap();
        let masked = transfer_cells(row(), Disclosure::Masked);
        assert_eq!(
            (masked[at].as_str(), masked[at + 1].as_str()),
            ("320***************", "186****1029")
        );
        let full = transfer_cells(row(), Disclosure::Full);
        assert_eq!((&full[at], full[at + 1].as_str()), (&id(7), "18625201029"));
        let twice = TransferExportRow { id_number: masked[at].clone(), ..row() };
        assert_eq!(transfer_cells(twice, Disclosure::Masked)[at], masked[at]);
    }
}

//! Files as offices really get them, and files that mean harm: written here, byte by byte, so that no
//! such file need lie in the repository.

use std::io::{Cursor, Write};

use encoding_rs::GB18030;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A table: rows of texts.
pub type Grid = Vec<Vec<String>>;

/// A register of two people of the first branch whom nobody knows yet.
pub fn register() -> Grid {
    let head = ["姓名", "身份证号", "手机号", "所在团支部", "入团时间"].map(str::to_owned);
    let person = |name: &str, n: u32| {
        [name, &super::member(n), "13900000011", "B1", "2024-05"].map(str::to_owned).to_vec()
    };
    vec![head.to_vec(), person("孔维新", 11), person("古丽米热·艾力", 12)]
}

/// A grid as delimited text.
pub fn text(grid: &Grid, delimiter: &str, end: &str) -> String {
    grid.iter().map(|row| row.join(delimiter) + end).collect()
}

/// A text as UTF-16.
pub fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// A text as GB 18030.
pub fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

/// A grid as a web page.
pub fn page(grid: &Grid, charset: &str) -> String {
    let row = |row: &Vec<String>| {
        let cells: String = row.iter().map(|cell| format!("<td class=x>{cell}</td>")).collect();
        format!("<tr height=18>{cells}</tr>\r\n")
    };
    let rows: String = grid.iter().map(row).collect();
    format!(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head>\
         <meta http-equiv=Content-Type content=\"text/html; charset={charset}\">\
         <style>td {{mso-number-format:\"\\@\";}}</style></head><body><table>{rows}</table></body></html>"
    )
}

/// A grid as the XML of Excel 2003, with a prologue of one's own.
pub fn sheetml(grid: &Grid, prologue: &str) -> String {
    let cell = |cell: &String| format!("<Cell><Data ss:Type=\"String\">{cell}</Data></Cell>");
    let row =
        |row: &Vec<String>| format!("<Row>{}</Row>", row.iter().map(cell).collect::<String>());
    let rows: String = grid.iter().map(row).collect();
    format!(
        "<?xml version=\"1.0\"?>{prologue}<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"名单\">\
         <Table>{rows}</Table></Worksheet></Workbook>"
    )
}

/// An archive of files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a member");
        archive.write_all(content).expect("its content");
    }
    archive.finish().expect("an archive").into_inner()
}

const TYPES: &str = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
const ROOT: &str = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
const RELATIONS: &str = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
const BOOK: &str = "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";

/// A workbook whose only sheet is that XML, and whose shared texts are that.
pub fn book(sheet: &[u8], shared: &str) -> Vec<u8> {
    book_with(sheet, shared, &[])
}

/// The same with more members.
pub fn book_with(sheet: &[u8], shared: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let shares = "\"/></Relationships>";
    let with_shared = format!(
        "\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml{shares}"
    );
    let relations = RELATIONS.replace(shares, &with_shared);
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    if !shared.is_empty() {
        files.push(("xl/sharedStrings.xml", shared.as_bytes()));
    }
    files.extend_from_slice(more);
    archive(&files)
}

/// A sheet of texts in its cells, `more` standing after the rows.
pub fn sheet_xml(grid: &Grid, more: &str) -> String {
    let mut rows = String::new();
    for (y, row) in grid.iter().enumerate() {
        let number = y + 1;
        rows += &format!("<row r=\"{number}\">");
        for (x, cell) in row.iter().enumerate() {
            let column = char::from(b'A' + u8::try_from(x).unwrap_or(0));
            rows +=
                &format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>");
        }
        rows += "</row>";
    }
    sheet_of(&rows, more)
}

/// A sheet of such rows.
pub fn sheet_of(rows: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <sheetData>{rows}</sheetData>{more}</worksheet>"
    )
}

/// A record of an old workbook.
fn record(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short record");
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

fn begin_of_file(kind: u16) -> Vec<u8> {
    let mut content = vec![0, 6];
    content.extend(kind.to_le_bytes());
    content.extend([0xBB, 0x0D, 0xCC, 0x07, 0, 0, 0, 0, 6, 0, 0, 0]);
    record(0x0809, &content)
}

/// A cell of an old workbook: a text, or a number.
pub enum OldCell<'t> {
    /// Text.
    Text(&'t str),
    /// Number.
    Number(f64),
}

/// An old workbook (`.xls`) with one sheet: cells with their rows and columns from zero.
pub fn old_book(cells: &[(u16, u16, OldCell<'_>)]) -> Vec<u8> {
    let wide = |text: &str| utf16(text, u16::to_le_bytes);
    let name = wide("名单");
    let mut globals = begin_of_file(5);
    // The place of the sheet comes after this record and the end of the globals.
    let place = globals.len() + 4 + 8 + name.len() + 4;
    let mut bound = u32::try_from(place).expect("a small file").to_le_bytes().to_vec();
    bound.extend([0, 0, 2, 1]);
    bound.extend(&name);
    globals.extend(record(0x0085, &bound));
    globals.extend(record(0x000A, &[]));
    let mut sheet = begin_of_file(0x10);
    for (row, column, cell) in cells {
        let mut content = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        match cell {
            OldCell::Text(text) => {
                let letters = wide(text);
                let n = u16::try_from(letters.len() / 2).expect("a short text");
                content.extend(n.to_le_bytes());
                content.push(1);
                content.extend(letters);
                sheet.extend(record(0x0204, &content));
            }
            OldCell::Number(number) => {
                content.extend(number.to_le_bytes());
                sheet.extend(record(0x0203, &content));
            }
        }
    }
    sheet.extend(record(0x000A, &[]));
    compound("Workbook", &[globals, sheet].concat())
}

/// A grid as an old workbook.
pub fn old_book_of(grid: &Grid) -> Vec<u8> {
    let cells = (0..).zip(grid).flat_map(|(y, row)| {
        (0..).zip(row).map(move |(x, cell)| (y, x, OldCell::Text(cell.as_str())))
    });
    old_book(&cells.collect::<Vec<_>>())
}

/// A compound file with one stream.
pub fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    let mut stream = stream.to_vec();
    // Shorter ones would lie in the small sectors.
    stream.resize(stream.len().max(4096).next_multiple_of(SECTOR), 0);
    let n_stream = stream.len() / SECTOR;
    let n_tables = (n_stream + 1).div_ceil(SECTOR / 4 - 1);
    let short = |n: usize| u32::try_from(n).expect("a small file");
    let mut table: Vec<u32> = (1..n_stream).map(short).collect();
    table.extend([END, END]);
    table.extend(vec![0xFFFF_FFFD; n_tables]);
    table.resize(n_tables * SECTOR / 4, 0xFFFF_FFFF);
    let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    file.extend([0; 16]);
    file.extend([0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    let numbers = [0, short(n_tables), short(n_stream), 0, 4096, END, 0, END, 0];
    file.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    let places = (0..109).map(|n| if n < n_tables { short(n_stream + 1 + n) } else { 0xFFFF_FFFF });
    file.extend(places.flat_map(u32::to_le_bytes));
    file.extend(&stream);
    file.extend(entry("Root Entry", 5, END, 0));
    file.extend(entry(name, 2, 0, short(stream.len())));
    file.extend([0; 256]);
    file.extend(table.iter().flat_map(|n| n.to_le_bytes()));
    file
}

fn entry(name: &str, kind: u8, first: u32, length: u32) -> Vec<u8> {
    let mut wide = utf16(name, u16::to_le_bytes);
    let n = u16::try_from(wide.len() + 2).expect("a short name");
    wide.resize(64, 0);
    let mut entry = wide;
    entry.extend(n.to_le_bytes());
    entry.extend([kind, 1]);
    let child = if kind == 5 { 1 } else { u32::MAX };
    entry.extend([u32::MAX, u32::MAX, child].iter().flat_map(|n| n.to_le_bytes()));
    entry.extend([0; 36]);
    entry.extend(first.to_le_bytes());
    entry.extend(u64::from(length).to_le_bytes());
    entry
}

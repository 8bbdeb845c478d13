//! Reading tables of the rule file. A fault is noted and reading goes on, so that one look at the
//! list of faults is enough to mend the whole file.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::{Table, Value};

use super::fault::RuleFault;

/// Where the faults of one file gather.
pub(super) type Faults = RefCell<Vec<RuleFault>>;

/// One table with its place in the file.
pub(super) struct Item<'a> {
    table: &'a Table,
    place: String,
    asked: RefCell<BTreeSet<&'static str>>,
    faults: &'a Faults,
}

impl<'a> Item<'a> {
    pub(super) fn root(table: &'a Table, faults: &'a Faults) -> Self {
        Self { table, place: String::new(), asked: RefCell::default(), faults }
    }

    pub(super) fn place(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{} 的 {key}", self.place) }
    }

    pub(super) fn note(&self, fault: RuleFault) {
        self.faults.borrow_mut().push(fault);
    }

    pub(super) fn fault(&self, key: &str, found: impl Into<String>, wanted: impl Into<String>) {
        self.note(RuleFault::new(&self.place(key), found, wanted));
    }

    fn get(&self, key: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn need(&self, key: &'static str, wanted: &str) -> Option<&'a Value> {
        let value = self.get(key);
        if value.is_none() {
            self.fault(key, "没有写", wanted);
        }
        value
    }

    /// A text that must be there and say something; empty where it does not.
    pub(super) fn text(&self, key: &'static str) -> String {
        let wanted = "应该是一段文字";
        match self.need(key, wanted) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_owned(),
            Some(other) => {
                self.fault(key, format!("现在是{}", shown(other)), wanted);
                String::new()
            }
            None => String::new(),
        }
    }

    /// A whole number within bounds; the lower bound where it is not.
    pub(super) fn number(&self, key: &'static str, low: i64, high: i64) -> i64 {
        let wanted = format!("应该是 {low} 到 {high} 的整数");
        match self.need(key, &wanted) {
            Some(Value::Integer(n)) if (low..=high).contains(n) => *n,
            Some(other) => {
                self.fault(key, format!("现在是{}", shown(other)), wanted);
                low
            }
            None => low,
        }
    }

    /// A number that may be missing.
    pub(super) fn number_if_any(&self, key: &'static str, low: i64, high: i64) -> Option<i64> {
        self.get(key)?;
        Some(self.number(key, low, high))
    }

    /// `true` or `false`, which must be there.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        let wanted = "应该是 true 或 false";
        match self.need(key, wanted) {
            Some(Value::Boolean(flag)) => *flag,
            Some(other) => {
                self.fault(key, format!("现在是{}", shown(other)), wanted);
                false
            }
            None => false,
        }
    }

    /// A list of texts; empty where the key is missing.
    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        let list = self.list(key);
        let texts: Vec<String> =
            list.iter().filter_map(Value::as_str).map(|t| t.trim().to_owned()).collect();
        if texts.len() < list.len() || texts.iter().any(String::is_empty) {
            self.fault(key, "里有空的或不是文字的项", "每一项都应该是一段文字");
        }
        texts
    }

    /// A list of years, which must not be empty.
    pub(super) fn years(&self, key: &'static str) -> Vec<i64> {
        let list = self.list(key);
        let years: Vec<_> = list.iter().filter_map(Value::as_integer).collect();
        if years.len() < list.len() || years.is_empty() {
            self.fault(key, "是空的或有不是年份的项", "应该是一列年份，如 [2015, 2016]");
        }
        years
    }

    fn list(&self, key: &'static str) -> &'a [Value] {
        match self.get(key) {
            Some(Value::Array(list)) => list,
            Some(other) => {
                self.fault(key, format!("现在是{}", shown(other)), "应该是方括号里的一列");
                &[]
            }
            None => &[],
        }
    }

    /// Reads the one table below this one that must be there.
    pub(super) fn one<T>(&self, key: &'static str, read: impl FnOnce(&Self) -> T) -> Option<T> {
        let wanted = "应该是一张表";
        match self.need(key, wanted)? {
            Value::Table(table) => {
                let item = self.below(table, self.place(key));
                let value = read(&item);
                item.finish();
                Some(value)
            }
            other => {
                self.fault(key, format!("现在是{}", shown(other)), wanted);
                None
            }
        }
    }

    /// Reads the tables of a list, each named by its identifier or its position.
    pub(super) fn each<T>(&self, key: &'static str, mut read: impl FnMut(&Self) -> T) -> Vec<T> {
        let mut values = Vec::new();
        for (i, value) in self.list(key).iter().enumerate() {
            let Value::Table(table) = value else {
                self.fault(key, format!("第 {} 项是{}", i + 1, shown(value)), "应该是一张表");
                continue;
            };
            let name = match table.get("id").and_then(Value::as_str) {
                Some(id) => format!("{key}({id})"),
                None => format!("{key} 第 {} 项", i + 1),
            };
            let item = self.below(table, self.place(&name));
            values.push(read(&item));
            item.finish();
        }
        values
    }

    /// As [`Item::each`], without the entries that could not be read.
    pub(super) fn each_good<T>(
        &self,
        key: &'static str,
        read: impl FnMut(&Self) -> Option<T>,
    ) -> Vec<T> {
        self.each(key, read).into_iter().flatten().collect()
    }

    fn below(&self, table: &'a Table, place: String) -> Self {
        Self { table, place, asked: RefCell::default(), faults: self.faults }
    }

    /// An identifier out of a fixed set.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &'static str,
        all: &[T],
        id: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.text(key);
        if text.is_empty() {
            return None;
        }
        self.known(key, &text, all, id)
    }

    /// A list of identifiers out of a fixed set.
    pub(super) fn choices<T: Copy>(
        &self,
        key: &'static str,
        all: &[T],
        id: fn(T) -> &'static str,
    ) -> Vec<T> {
        self.texts(key).iter().filter_map(|text| self.known(key, text, all, id)).collect()
    }

    fn known<T: Copy>(
        &self,
        key: &str,
        text: &str,
        all: &[T],
        id: fn(T) -> &'static str,
    ) -> Option<T> {
        let value = all.iter().copied().find(|value| id(*value) == text);
        if value.is_none() {
            let ids: Vec<_> = all.iter().map(|value| id(*value)).collect();
            let wanted = format!("应该是 {} 之一", ids.join("、"));
            self.fault(key, format!("现在是「{text}」"), wanted);
        }
        value
    }

    /// Notes every key that nobody asked for: most are slips of typing and would be lost silently.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        let known: Vec<_> = asked.iter().copied().collect();
        for key in self.table.keys().filter(|key| !asked.contains(key.as_str())) {
            let wanted = format!("这里只认得 {}", known.join("、"));
            self.note(
                RuleFault::new(&self.place(key), "不是认得的键", wanted)
                    .remedy("请改成其中之一，或删去这一行"),
            );
        }
    }
}

/// Notes identifiers that stand twice.
pub(super) fn check_once<'s>(root: &Item<'_>, key: &str, ids: impl Iterator<Item = &'s str>) {
    let mut seen = BTreeSet::new();
    for id in ids.filter(|id| !id.is_empty()) {
        if !seen.insert(id) {
            root.note(
                RuleFault::new(
                    &root.place(key),
                    format!("里「{id}」出现了不止一次"),
                    "每个只能有一条",
                )
                .remedy("请留下一条，删去其余"),
            );
        }
    }
}

/// A value as the end of 「现在是……」.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.trim().is_empty() => "空的".to_owned(),
        Value::String(text) => format!("「{text}」"),
        Value::Integer(n) => format!(" {n}"),
        Value::Float(n) => format!(" {n}"),
        Value::Boolean(flag) => format!(" {flag}"),
        Value::Datetime(day) => format!(" {day}"),
        Value::Array(_) => "一列".to_owned(),
        Value::Table(_) => "一张表".to_owned(),
    }
}

//! An invented list of organisations in the shape of a country: provinces, cities, counties,
//! streets and towns, below them villages, companies and schools with their classes, and
//! universities below the cities. Provinces have their real names; everything below is invented.
//!
//! The real list has some 4.3 million organisations (end of 2023) with names of 29 characters in
//! the middle; a street holds about a hundred. Smaller lists have fewer streets, not smaller ones.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tuanzhuan::domain::organisation::OrgKind;

use crate::chance::Chance;
use crate::progress;

/// Organisations of one street with its town office, villages, companies and schools.
const PER_STREET: usize = 97;

/// How many of all organisations stand below universities, in hundredths.
const UNIVERSITIES: usize = 9;

/// What the list's first row is called: the top of the country.
pub const TOP: &str = "中国共产主义青年团中央委员会";

const PROVINCES: &str = "江苏省 浙江省 安徽省 山东省 河南省 湖北省 湖南省 江西省 福建省 广东省 四川省 河北省 山西省 陕西省 \
    辽宁省 吉林省 黑龙江省 云南省 贵州省 甘肃省 青海省 海南省 北京市 上海市 天津市 重庆市 广西壮族自治区 内蒙古自治区 \
    宁夏回族自治区 新疆维吾尔自治区 西藏自治区";

/// Characters of place names, the more frequent ones first.
const PLACE: &str = "山水河江湖南北东西中大安平阳林城石龙金长新高白清云溪桥湾塘桂州明永泰兴和太天文武昌宁海福德丰上下田沙古双三青红光坪岭\
    洪口川沟岗店庄堡坝原泉源洲浦津港渡堰池潭沱滩岩峰崖峡谷坡坎坑垭垌屯寨营关铺市集坊亭台楼阁塔寺庙观宫殿堂祠井巷里弄村\
    马牛羊鹿虎凤鹤雁鱼蛟麟松柏杨柳桃李梅杏竹荷莲菊兰枫桐榆槐樟茶稻麦禾谷棉麻桑蓝紫黄绿玉银铜铁锡珠宝富贵荣华吉祥如意康乐\
    仁义礼智信忠孝廉善良贤圣灵仙佛道玄妙真元亨利贞春夏秋冬晨曦旭辉星月日雷雨风雪霜露雾虹虞夔鄢郓邳滕莒郯滁沭泗漯";

const SCHOOL_NAMES: &str = "实验 中心 第一 第二 第三 育才 新华 光明 红星 前进 东方 希望 育英 博文 文昌 崇文 明德 树人 致远 启明 \
    求实 振华 育红 朝阳 向阳 和平 胜利 解放 人民 建设 友谊 星河 翠竹";
const OFFICES: &str =
    "卫生院 派出所 司法所 税务分局 供电所 农商银行支行 邮政支局 机关 中心幼儿园 自来水厂 文化站";
const UNIVERSITY_KINDS: &str = "师范大学 大学 理工大学 工业大学 农业大学 医科大学 财经大学 学院 工学院 师范学院 职业技术学院 \
    机电职业技术学院 交通职业技术学院";
const COLLEGES: &str = include_str!("../../assets/demo/colleges.txt");
const COMPANIES: &str = include_str!("../../assets/demo/companies.txt");
const COMPANY_KINDS: &str = include_str!("../../assets/demo/company_kinds.txt");
const STREETS: &str = include_str!("../../assets/demo/streets.txt");

/// Kinds of school: what it is called, what it is, how many years it has, how often it comes up.
const SCHOOLS: [(&str, OrgKind, usize, usize); 5] = [
    ("小学", OrgKind::Branch, 1, 22),
    ("初级中学", OrgKind::GeneralBranch, 3, 20),
    ("中学", OrgKind::Committee, 3, 34),
    ("高级中学", OrgKind::Committee, 3, 14),
    ("职业技术学校", OrgKind::Committee, 3, 10),
];

/// The list of so many organisations as CSV, made once and kept. `BENCH_ORGS` may name another,
/// which then stands for the largest one.
pub fn list(target: &Path, n_orgs: usize) -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("BENCH_ORGS") {
        return Ok(given.into());
    }
    let dir = target.join("lists");
    fs::create_dir_all(&dir)?;
    let path = dir.join(format!("organisations-{n_orgs}.csv"));
    if !path.exists() {
        progress(&format!("inventing {n_orgs} organisations, once"));
        let scratch = path.with_extension("part");
        Nation::new(BufWriter::new(File::create(&scratch)?), n_orgs)?.write()?.flush()?;
        fs::rename(&scratch, &path)?;
    }
    Ok(path)
}

/// The names of a list, one a line, for programs that search in lines; made once and kept.
pub fn names_of(list: &Path, target: &Path) -> Result<PathBuf> {
    let stem = list.file_stem().context("the list has no name")?.to_string_lossy().into_owned();
    let dir = target.join("lists");
    fs::create_dir_all(&dir)?;
    let path = dir.join(format!("{stem}.names"));
    let newer = |a: &Path, b: &Path| {
        Ok::<_, std::io::Error>(a.metadata()?.modified()? >= b.metadata()?.modified()?)
    };
    if !path.exists() || !newer(&path, list)? {
        let mut out = BufWriter::new(File::create(&path)?);
        let mut reader = csv::Reader::from_path(list)?;
        for record in reader.records() {
            writeln!(out, "{}", record?.get(2).unwrap_or_default())?;
        }
        out.flush()?;
    }
    Ok(path)
}

/// Which of `n` things the `i`th of `m` holders gets, as evenly as it goes.
fn share(n: usize, m: usize, i: usize) -> std::ops::Range<usize> {
    n * i / m..n * (i + 1) / m
}

/// A list under way.
struct Nation<W: Write> {
    out: W,
    chance: Chance,
    n: usize,
    most: usize,
    place: Vec<char>,
}

/// A place that things stand in: its number and what their names begin with.
#[derive(Clone)]
struct Within {
    number: usize,
    stem: String,
    names: HashSet<String>,
}

impl<W: Write> Nation<W> {
    fn new(mut out: W, most: usize) -> Result<Self> {
        writeln!(out, "组织编号,上级编号,组织全称,组织简称,组织类别")?;
        let place = PLACE.chars().filter(|c| !c.is_whitespace()).collect();
        Ok(Self { out, chance: Chance::new(1), n: 0, most, place })
    }

    fn write(mut self) -> Result<W> {
        let n_streets = (self.most * (100 - UNIVERSITIES) / 100 / PER_STREET).max(1);
        let n_counties = n_streets.div_ceil(14);
        let n_cities = n_counties.div_ceil(8);
        let provinces: Vec<&str> = PROVINCES.split_whitespace().collect();
        let n_provinces = n_cities.div_ceil(11).min(provinces.len());
        let top = self.row(None, TOP, "共青团中央", OrgKind::Committee)?;
        let mut country = Within { number: top, stem: String::new(), names: HashSet::new() };
        for (i, province) in provinces.iter().take(n_provinces).enumerate() {
            let mut within = self.place(&mut country, province, "团委", OrgKind::ProvinceRoot)?;
            for city in share(n_cities, n_provinces, i) {
                let counties = share(n_counties, n_cities, city);
                let n = counties.clone().map(|i| share(n_streets, n_counties, i).len()).collect();
                self.city(&mut within, n)?;
            }
        }
        let mut last = Within { number: top, stem: "全国".to_owned(), names: HashSet::new() };
        while self.n < self.most {
            self.village(&mut last)?;
        }
        Ok(self.out)
    }

    fn row(
        &mut self,
        parent: Option<usize>,
        full: &str,
        short: &str,
        kind: OrgKind,
    ) -> Result<usize> {
        self.n += 1;
        let parent = parent.map(|n| n.to_string()).unwrap_or_default();
        writeln!(self.out, "{},{parent},{full},{short},{}", self.n, kind.label())?;
        Ok(self.n)
    }

    fn is_full(&self) -> bool {
        self.n >= self.most
    }

    /// An organisation of a place, whose name begins what stands in it.
    fn place(
        &mut self,
        above: &mut Within,
        name: &str,
        what: &str,
        kind: OrgKind,
    ) -> Result<Within> {
        let stem = format!("{}{name}", above.stem);
        let number =
            self.row(Some(above.number), &format!("{stem}{what}"), &format!("{name}{what}"), kind)?;
        Ok(Within { number, stem, names: HashSet::new() })
    }

    /// A name of two or three characters that is not taken there.
    fn fresh(&mut self, within: &mut Within, end: &str) -> String {
        loop {
            let n = 2 + usize::from(self.chance.below(5) == 0);
            let mut name: String = (0..n).filter_map(|_| self.chance.often(&self.place)).collect();
            name += end;
            if within.names.insert(name.clone()) {
                return name;
            }
        }
    }

    /// One of a list of words, or an invented one where that is taken there.
    fn word(&mut self, within: &mut Within, words: &str, end: &str) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        let name = format!("{}{end}", self.chance.of(&words).unwrap_or("新"));
        if within.names.insert(name.clone()) { name } else { self.fresh(within, end) }
    }

    /// A city with a county for each number, which is how many streets the county has.
    fn city(&mut self, province: &mut Within, counties: Vec<usize>) -> Result<()> {
        let name = self.fresh(province, "市");
        let mut city = self.place(province, &name, "团委", OrgKind::Committee)?;
        let below = counties.iter().sum::<usize>() * PER_STREET;
        let mut students = below * UNIVERSITIES / (100 - UNIVERSITIES);
        while students > 0 && !self.is_full() {
            students = students.saturating_sub(self.university(&mut city, students)?);
        }
        for n_streets in counties {
            if self.is_full() {
                return Ok(());
            }
            let end = self.chance.of(&["区", "区", "县", "县", "县"]).unwrap_or("区");
            let name = self.fresh(&mut city, end);
            let mut county = self.place(&mut city, &name, "团委", OrgKind::Committee)?;
            for _ in 0..n_streets {
                if self.is_full() {
                    return Ok(());
                }
                self.street(&mut county)?;
            }
        }
        Ok(())
    }

    fn university(&mut self, city: &mut Within, most: usize) -> Result<usize> {
        let kinds: Vec<&str> = UNIVERSITY_KINDS.split_whitespace().collect();
        let kind = self.chance.of(&kinds).unwrap_or("大学");
        let name = self.fresh(city, kind);
        let before = self.n;
        let mut university = self.place(city, &name, "团委", OrgKind::Committee)?;
        for line in COLLEGES.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let college = words.next().unwrap_or_default();
            let (what, kind) = match self.chance.below(5) {
                0 | 1 => ("团委", OrgKind::Committee),
                _ => ("团总支", OrgKind::GeneralBranch),
            };
            let college = self.place(&mut university, college, what, kind)?;
            for major in words {
                for year in 2021..2025 {
                    for class in 1..2 + self.chance.below(4) {
                        if self.n - before >= most || self.is_full() {
                            return Ok(self.n - before);
                        }
                        let name = format!("{major}{year}级{class}班团支部");
                        let full = format!("{}{name}", college.stem);
                        self.row(Some(college.number), &full, &name, OrgKind::Branch)?;
                    }
                }
            }
        }
        Ok(self.n - before)
    }

    fn street(&mut self, county: &mut Within) -> Result<()> {
        let (end, what, kind) = match self.chance.below(5) {
            0 | 1 => ("街道", "团工委", OrgKind::WorkingCommittee),
            2 | 3 => ("镇", "团委", OrgKind::Committee),
            _ => ("乡", "团委", OrgKind::Committee),
        };
        let name = match self.chance.below(8) {
            0 => self.word(county, STREETS, end),
            _ => self.fresh(county, end),
        };
        let mut street = self.place(county, &name, what, kind)?;
        let stop = self.n + PER_STREET / 2 + self.chance.below(PER_STREET);
        self.leaf(&mut street, "流动团员", OrgKind::Branch)?;
        for _ in 0..PER_STREET / 5 {
            self.village(&mut street)?;
        }
        for _ in 0..PER_STREET / 6 {
            self.company(&mut street)?;
        }
        for _ in 0..PER_STREET / 33 {
            let office = self.word(&mut street, OFFICES, "");
            self.leaf(&mut street, &office, OrgKind::Branch)?;
        }
        while self.n < stop && !self.is_full() {
            self.school(&mut street, stop)?;
        }
        Ok(())
    }

    /// An organisation that nothing stands below.
    fn leaf(&mut self, within: &mut Within, name: &str, kind: OrgKind) -> Result<()> {
        if self.is_full() {
            return Ok(());
        }
        self.place(within, name, kind.label(), kind).map(drop)
    }

    fn village(&mut self, within: &mut Within) -> Result<()> {
        let end = if self.chance.below(3) == 0 { "社区" } else { "村" };
        let kind = match self.chance.below(8) {
            0 => OrgKind::GeneralBranch,
            _ => OrgKind::Branch,
        };
        let name = self.fresh(within, end);
        self.leaf(within, &name, kind)
    }

    fn company(&mut self, within: &mut Within) -> Result<()> {
        let (names, kinds): (Vec<&str>, Vec<&str>) =
            (COMPANIES.split_whitespace().collect(), COMPANY_KINDS.split_whitespace().collect());
        let kind = self.chance.of(&kinds).unwrap_or("有限公司");
        let name = format!("{}{kind}", self.chance.of(&names).unwrap_or("新"));
        let name = if within.names.insert(name.clone()) { name } else { self.fresh(within, kind) };
        let kind = if self.chance.below(10) == 0 { OrgKind::Committee } else { OrgKind::Branch };
        self.leaf(within, &name, kind)
    }

    fn school(&mut self, street: &mut Within, stop: usize) -> Result<()> {
        let mut pick = self.chance.below(100);
        let (end, kind, n_years) = SCHOOLS
            .iter()
            .find(|(_, _, _, often)| {
                let here = pick < *often;
                pick = pick.saturating_sub(*often);
                here
            })
            .map_or(("小学", OrgKind::Branch, 1), |(end, kind, years, _)| (*end, *kind, *years));
        let name = match self.chance.below(2) {
            0 => self.word(street, SCHOOL_NAMES, end),
            _ => self.fresh(street, end),
        };
        let school = self.place(street, &name, kind.label(), kind)?;
        // The whole name of a class repeats what its school is: 「……中学团委2023级1班团支部」.
        let stem = format!("{}{}", school.stem, kind.label());
        let n_classes = 3 + self.chance.below(12);
        let first = if n_years == 1 { 2017 } else { 2022 };
        for year in first..first + n_years {
            for class in 1..=n_classes {
                if self.n >= stop || self.is_full() {
                    return Ok(());
                }
                let name = format!("{year}级{class}班团支部");
                self.row(Some(school.number), &format!("{stem}{name}"), &name, OrgKind::Branch)?;
            }
        }
        Ok(())
    }
}

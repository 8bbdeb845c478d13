//! The store as a whole, on an invented office with two sides of everything.

mod accounts;
mod corrections;
mod decide;
mod events;
mod files;
mod fixture;
mod generated;
mod imports;
mod keys;
mod letters;
mod lists;
mod migration;
mod organisations;
mod pages;
mod people;
mod proof;
mod rights;
mod schema;
mod stats;
mod submit;
mod tallies;
mod vouching;
mod words;

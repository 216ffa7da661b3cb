//! An Ashby organisation that lives in memory behind HTTP: data, changes, faults.

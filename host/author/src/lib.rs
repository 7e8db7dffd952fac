//! What a connector author needs: new, build, dev, try, record.

"""A loaded demonstration: a consultation with many contributions, generated, the same for one seed.

Every page is meant for this weight. The first contributions are made through the services that pages call;
those beyond are written in bulk, in the shape the services give them.
"""
